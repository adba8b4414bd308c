// Load on PostgreSQL: libpq without waiting in it, prepared statements, its Unix socket. Closed loop, one connection a
// client.
//
// Modes: bare (one INSERT), work (the function in work.sql), fill (--cases of ten events, by COPY), read (the rows of one
// case), replay (all rows by a COPY out, with a small fold). --target is a connection string.
#include "bench.h"
#include <libpq-fe.h>

static struct options o;

struct session {
  PGconn *connection;
  struct worker work;
  int got;
};

static void send_values(struct client *c, int count, const char *const *values) {
  struct session *s = c->own;
  s->got = 0;
  if (!PQsendQueryPrepared(s->connection, "call", count, values, 0, 0, 0)) die("%s", PQerrorMessage(s->connection));
}

static void send_bare(struct client *c) {
  send_values(c, 1, (const char *[]){next_event(&((struct session *)c->own)->work)->payload});
}

static void send_work(struct client *c) {
  const struct step *s = next_event(&((struct session *)c->own)->work);
  char number[24], version[12], status[12], due[24], slot[12];
  snprintf(number, sizeof number, "%" PRIu64, s->number);
  snprintf(version, sizeof version, "%d", s->version);
  snprintf(status, sizeof status, "%d", s->status);
  snprintf(due, sizeof due, "%" PRId64, s->due_us);
  snprintf(slot, sizeof slot, "%d", c->index);
  send_values(c, 8, (const char *[]){s->id, number, version, s->payload, status, due, s->state, slot});
}

static void send_read(struct client *c) {
  char number[24];
  snprintf(number, sizeof number, "%" PRIu64, random_number() % o.cases + 1);
  send_values(c, 1, (const char *[]){number});
}

static bool receive_reply(struct client *c) {
  struct session *s = c->own;
  if (!PQconsumeInput(s->connection)) die("%s", PQerrorMessage(s->connection));
  while (!PQisBusy(s->connection)) {
    PGresult *result = PQgetResult(s->connection);
    if (!result) {
      if (s->got != 1) die("%d results", s->got);
      return true;
    }
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) die("refused: %s", PQresultErrorMessage(result));
    if (is(&o, "read") && PQntuples(result) != STEPS) die("not ten events");
    s->got++;
    PQclear(result);
  }
  return false;
}

static void run(PGconn *connection, const char *sql, ExecStatusType expected) {
  PGresult *result = PQexec(connection, sql);
  if (PQresultStatus(result) != expected) die("%s: %s", sql, PQerrorMessage(connection));
  PQclear(result);
}

static void fill(PGconn *connection) {
  struct worker w = {0};
  char line[1024];
  uint64_t begin = now_ns();
  run(connection, "TRUNCATE events RESTART IDENTITY", PGRES_COMMAND_OK);
  run(connection, "COPY events (number, version, payload) FROM STDIN", PGRES_COPY_IN);
  for (uint64_t number = 1; number <= o.cases; number++)
    for (int version = 1; version <= STEPS; version++) {
      set_step(&w, number, version);
      describe(&w);
      int length = snprintf(line, sizeof line, "%" PRIu64 "\t%d\t%s\n", number, version, w.step.payload);
      if (PQputCopyData(connection, line, length) != 1) die("%s", PQerrorMessage(connection));
    }
  if (PQputCopyEnd(connection, 0) != 1) die("%s", PQerrorMessage(connection));
  for (PGresult *result; (result = PQgetResult(connection)); PQclear(result))
    if (PQresultStatus(result) != PGRES_COMMAND_OK) die("%s", PQresultErrorMessage(result));
  run(connection, "VACUUM ANALYZE events", PGRES_COMMAND_OK);
  report_bulk("fill", o.cases * STEPS, now_ns() - begin);
}

static void replay(PGconn *connection) {
  struct fold f = fold(o.cases);
  char *row;
  int length;
  uint64_t begin = now_ns();
  run(connection, "COPY (SELECT payload FROM events ORDER BY position) TO STDOUT", PGRES_COPY_OUT);
  while ((length = PQgetCopyData(connection, &row, 0)) > 0) {
    take(&f, row, (size_t)length);
    PQfreemem(row);
  }
  if (length != -1) die("%s", PQerrorMessage(connection));
  report_bulk("replay", f.events, now_ns() - begin);
}

int main(int argc, char **argv) {
  o = options(argc, argv);
  struct protocol protocol = {0, receive_reply};
  const char *sql = 0;
  if (is(&o, "bare")) {
    protocol.send = send_bare;
    sql = "INSERT INTO bare (payload) VALUES ($1)";
  } else if (is(&o, "work")) {
    protocol.send = send_work;
    sql = "SELECT record($1::uuid, $2::bigint, $3::int, $4, $5::smallint, $6::bigint, $7, $8::int)";
  } else if (is(&o, "read")) {
    protocol.send = send_read;
    sql = "SELECT version, payload FROM events WHERE number = $1::bigint ORDER BY version";
  } else if (!is(&o, "fill") && !is(&o, "replay")) {
    die("no such mode: %s", o.mode);
  }
  struct client *clients = calloc((size_t)o.clients, sizeof *clients);
  struct session *sessions = calloc((size_t)o.clients, sizeof *sessions);
  if (!clients || !sessions) die("no memory");
  for (int i = 0; i < o.clients; i++) {
    PGconn *connection = PQconnectdb(o.target);
    if (PQstatus(connection) != CONNECTION_OK) die("%s", PQerrorMessage(connection));
    if (sql) {
      PGresult *result = PQprepare(connection, "call", sql, 0, 0);
      if (PQresultStatus(result) != PGRES_COMMAND_OK) die("%s", PQerrorMessage(connection));
      PQclear(result);
    }
    sessions[i] = (struct session){.connection = connection, .work = worker(i, o.clients)};
    clients[i] = (struct client){.fd = PQsocket(connection), .index = i, .own = &sessions[i]};
  }
  if (is(&o, "fill")) fill(sessions[0].connection);
  else if (is(&o, "replay")) replay(sessions[0].connection);
  else closed_loop(clients, &protocol, &o);
  for (int i = 0; i < o.clients; i++) PQfinish(sessions[i].connection);
  return 0;
}
