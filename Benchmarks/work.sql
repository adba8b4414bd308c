-- The same work in PostgreSQL: once per command id, only at the expected version; event, state row, due index, status
-- index, tally, in one transaction. Positions come from a sequence: they may have gaps, and need not be in the order of the commits.
CREATE TABLE bare (position bigserial PRIMARY KEY, payload text NOT NULL);

CREATE TABLE events (
  position bigserial PRIMARY KEY, number bigint NOT NULL, version int NOT NULL, payload text NOT NULL,
  UNIQUE (number, version));
CREATE TABLE commands (id uuid PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE states (
  number bigint PRIMARY KEY, version int NOT NULL, status smallint NOT NULL, due bigint NOT NULL, body text NOT NULL);
CREATE INDEX states_due ON states (due, number) WHERE status < 4;
CREATE INDEX states_status ON states (status, due, number);
-- A counter has a row for each slot, summed when it is read: one row for all would make 64 clients wait for one another.
CREATE TABLE tally (counter text, day int, slot int, count bigint NOT NULL, PRIMARY KEY (counter, day, slot));

CREATE FUNCTION count(c text, d int, s int, change int) RETURNS void LANGUAGE sql AS $$
  INSERT INTO tally VALUES (c, d, s, change)
  ON CONFLICT (counter, day, slot) DO UPDATE SET count = tally.count + excluded.count
$$;

CREATE FUNCTION record(c uuid, n bigint, v int, p text, s smallint, d bigint, b text, slot int) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE at bigint; was smallint;
BEGIN
  SELECT position INTO at FROM commands WHERE id = c;
  IF FOUND THEN RETURN at; END IF;
  IF v = 1 THEN
    INSERT INTO states VALUES (n, v, s, d, b);
    PERFORM count('received', 0, slot, 1), count('received', (d / 86400000000)::int, slot, 1), count('open', 0, slot, 1);
  ELSE
    SELECT status INTO was FROM states WHERE number = n AND version = v - 1 FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'VERSION conflict'; END IF;
    UPDATE states SET version = v, status = s, due = d, body = b WHERE number = n;
    IF was < 4 AND s >= 4 THEN
      PERFORM count('open', 0, slot, -1), count('resolved', 0, slot, 1),
        count('resolved', (d / 86400000000)::int, slot, 1);
    END IF;
  END IF;
  INSERT INTO events (number, version, payload) VALUES (n, v, p) RETURNING position INTO at;
  INSERT INTO commands VALUES (c, at);
  RETURN at;
END
$$;
