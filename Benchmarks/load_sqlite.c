// Load on SQLite: in process, a thread and a connection a client; WAL, synchronous=FULL, BEGIN IMMEDIATE. There is no
// socket in its figures, and no commit that several clients share.
//
// Modes: bare (one INSERT), work (the same work, in one transaction), fill (--cases of ten events), read (the rows of one
// case), replay (all rows, with a small fold). --target is the file.
#include "bench.h"
#include <pthread.h>
#include <sqlite3.h>

static struct options o;
static struct span measured;
static _Atomic uint64_t started;
// Those who write take turns here: 64 connections that poll for the file's lock are slower by a hundred times.
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static const char schema[] =
  "CREATE TABLE IF NOT EXISTS bare (position INTEGER PRIMARY KEY, payload TEXT NOT NULL);"
  "CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, number INTEGER NOT NULL, version INTEGER NOT NULL,"
  "  payload TEXT NOT NULL, UNIQUE (number, version));"
  "CREATE TABLE IF NOT EXISTS commands (id TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS states (number INTEGER PRIMARY KEY, version INTEGER NOT NULL, status INTEGER NOT NULL,"
  "  due INTEGER NOT NULL, body TEXT NOT NULL);"
  "CREATE INDEX IF NOT EXISTS states_due ON states (due, number) WHERE status < 4;"
  "CREATE INDEX IF NOT EXISTS states_status ON states (status, due, number);"
  "CREATE TABLE IF NOT EXISTS tally (counter TEXT, day INTEGER, count INTEGER NOT NULL, PRIMARY KEY (counter, day))"
  "  WITHOUT ROWID;";

enum { BEGIN, COMMIT, BARE, KNOWN, OLD, INSERT_STATE, UPDATE_STATE, EVENT, COMMAND, COUNT, READ, ALL, STATEMENTS };
static const char *const sql[STATEMENTS] = {
  [BEGIN] = "BEGIN IMMEDIATE",
  [COMMIT] = "COMMIT",
  [BARE] = "INSERT INTO bare (payload) VALUES (?1)",
  [KNOWN] = "SELECT position FROM commands WHERE id = ?1",
  [OLD] = "SELECT status FROM states WHERE number = ?1 AND version = ?2",
  [INSERT_STATE] = "INSERT INTO states VALUES (?1, ?2, ?3, ?4, ?5)",
  [UPDATE_STATE] = "UPDATE states SET version = ?2, status = ?3, due = ?4, body = ?5 WHERE number = ?1",
  [EVENT] = "INSERT INTO events (number, version, payload) VALUES (?1, ?2, ?3)",
  [COMMAND] = "INSERT INTO commands VALUES (?1, ?2)",
  [COUNT] = "INSERT INTO tally VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + excluded.count",
  [READ] = "SELECT version, payload FROM events WHERE number = ?1 ORDER BY version",
  [ALL] = "SELECT payload FROM events ORDER BY position"};

struct session {
  sqlite3 *db;
  sqlite3_stmt *statements[STATEMENTS];
  struct worker work;
  struct histogram h;
  uint64_t all;
};

/// Waits a little and tries again, for ten seconds at most: SQLite's own handler sleeps up to 100 ms at a time.
static int busy(void *ignored, int tries) {
  (void)ignored;
  usleep(50 + (unsigned)(random_number() % 150));
  return tries < 100000;
}

static void check(struct session *s, int code, int expected) {
  if (code != expected) die("SQLite: %s", sqlite3_errmsg(s->db));
}

static void open_session(struct session *s) {
  if (sqlite3_open(o.target, &s->db) != SQLITE_OK) die("%s: %s", o.target, sqlite3_errmsg(s->db));
  check(s, sqlite3_busy_handler(s->db, busy, 0), SQLITE_OK);
  check(s, sqlite3_exec(s->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", 0, 0, 0), SQLITE_OK);
  check(s, sqlite3_exec(s->db, schema, 0, 0, 0), SQLITE_OK);
  for (int i = 0; i < STATEMENTS; i++)
    check(s, sqlite3_prepare_v2(s->db, sql[i], -1, &s->statements[i], 0), SQLITE_OK);
}

static void number_(struct session *s, int statement, int at, int64_t value) {
  check(s, sqlite3_bind_int64(s->statements[statement], at, value), SQLITE_OK);
}

static void text(struct session *s, int statement, int at, const char *value) {
  check(s, sqlite3_bind_text(s->statements[statement], at, value, -1, SQLITE_STATIC), SQLITE_OK);
}

/// Runs a statement that answers with at most one number.
static bool step(struct session *s, int statement, int64_t *answer) {
  int code = sqlite3_step(s->statements[statement]);
  bool found = code == SQLITE_ROW;
  if (found && answer) *answer = sqlite3_column_int64(s->statements[statement], 0);
  if (!found) check(s, code, SQLITE_DONE);
  check(s, sqlite3_reset(s->statements[statement]), SQLITE_OK);
  return found;
}

static void count(struct session *s, const char *counter, int64_t day, int64_t change) {
  text(s, COUNT, 1, counter);
  number_(s, COUNT, 2, day);
  number_(s, COUNT, 3, change);
  step(s, COUNT, 0);
}

static void work(struct session *s, const struct step *e) {
  step(s, BEGIN, 0);
  text(s, KNOWN, 1, e->id);
  if (step(s, KNOWN, 0)) die("a command id twice");
  int64_t was = 0, day = e->due_us / 86400000000;
  if (e->version > 1) {
    number_(s, OLD, 1, (int64_t)e->number);
    number_(s, OLD, 2, e->version - 1);
    if (!step(s, OLD, &was)) die("a version conflict");
  }
  int write = e->version == 1 ? INSERT_STATE : UPDATE_STATE;
  number_(s, write, 1, (int64_t)e->number);
  number_(s, write, 2, e->version);
  number_(s, write, 3, e->status);
  number_(s, write, 4, e->due_us);
  text(s, write, 5, e->state);
  step(s, write, 0);
  number_(s, EVENT, 1, (int64_t)e->number);
  number_(s, EVENT, 2, e->version);
  text(s, EVENT, 3, e->payload);
  step(s, EVENT, 0);
  text(s, COMMAND, 1, e->id);
  number_(s, COMMAND, 2, sqlite3_last_insert_rowid(s->db));
  step(s, COMMAND, 0);
  if (e->version == 1) {
    count(s, "received", 0, 1);
    count(s, "received", day, 1);
    count(s, "open", 0, 1);
  } else if (was < 4 && e->status >= 4) {
    count(s, "open", 0, -1);
    count(s, "resolved", 0, 1);
    count(s, "resolved", day, 1);
  }
  step(s, COMMIT, 0);
}

static void operation(struct session *s) {
  if (is(&o, "bare")) {
    text(s, BARE, 1, next_event(&s->work)->payload);
    step(s, BARE, 0);
  } else if (is(&o, "work")) {
    work(s, next_event(&s->work));
  } else {
    number_(s, READ, 1, (int64_t)(random_number() % o.cases + 1));
    int rows = 0, code;
    size_t bytes = 0;
    while ((code = sqlite3_step(s->statements[READ])) == SQLITE_ROW) {
      rows++;
      if (sqlite3_column_text(s->statements[READ], 1)) bytes += (size_t)sqlite3_column_bytes(s->statements[READ], 1);
    }
    check(s, code, SQLITE_DONE);
    check(s, sqlite3_reset(s->statements[READ]), SQLITE_OK);
    if (rows != STEPS || bytes == 0) die("not ten events");
  }
}

static void *client(void *argument) {
  struct session *s = argument;
  for (uint64_t now = now_ns(); now < measured.until && started++ < measured.end_count;) {
    uint64_t sent_at = now;
    bool writes = !is(&o, "read");
    if (writes && pthread_mutex_lock(&turn) != 0) die("pthread_mutex_lock");
    operation(s);
    if (writes && pthread_mutex_unlock(&turn) != 0) die("pthread_mutex_unlock");
    now = now_ns();
    s->all++;
    if (now >= measured.from && now < measured.until) record(&s->h, now - sent_at);
  }
  return 0;
}

static void fill(struct session *s) {
  struct worker w = {0};
  uint64_t begin = now_ns();
  for (uint64_t number = 1; number <= o.cases; number++) {
    if (number % 1000 == 1) step(s, BEGIN, 0);
    for (int version = 1; version <= STEPS; version++) {
      set_step(&w, number, version);
      describe(&w);
      number_(s, EVENT, 1, (int64_t)number);
      number_(s, EVENT, 2, version);
      text(s, EVENT, 3, w.step.payload);
      step(s, EVENT, 0);
    }
    if (number % 1000 == 0 || number == o.cases) step(s, COMMIT, 0);
  }
  report_bulk("fill", o.cases * STEPS, now_ns() - begin);
}

static void replay(struct session *s) {
  struct fold f = fold(o.cases);
  uint64_t begin = now_ns();
  int code;
  while ((code = sqlite3_step(s->statements[ALL])) == SQLITE_ROW)
    take(&f, (const char *)sqlite3_column_text(s->statements[ALL], 0), (size_t)sqlite3_column_bytes(s->statements[ALL], 0));
  check(s, code, SQLITE_DONE);
  report_bulk("replay", f.events, now_ns() - begin);
}

int main(int argc, char **argv) {
  o = options(argc, argv);
  struct session *sessions = calloc((size_t)o.clients, sizeof *sessions);
  pthread_t *threads = calloc((size_t)o.clients, sizeof *threads);
  if (!sessions || !threads) die("no memory");
  for (int i = 0; i < o.clients; i++) {
    open_session(&sessions[i]);
    sessions[i].work = worker(i, o.clients);
  }
  if (is(&o, "fill")) fill(sessions);
  else if (is(&o, "replay")) replay(sessions);
  else if (is(&o, "bare") || is(&o, "work") || is(&o, "read")) {
    measured = span(&o);
    for (int i = 0; i < o.clients; i++)
      if (pthread_create(&threads[i], 0, client, &sessions[i]) != 0) die("pthread_create");
    static struct histogram all;
    uint64_t count = 0;
    for (int i = 0; i < o.clients; i++) {
      if (pthread_join(threads[i], 0) != 0) die("pthread_join");
      merge(&all, &sessions[i].h);
      count += sessions[i].all;
    }
    report(o.mode, o.clients, &all, measured.until - measured.from, count);
  } else die("no such mode: %s", o.mode);
  for (int i = 0; i < o.clients; i++) {
    for (int j = 0; j < STATEMENTS; j++) sqlite3_finalize(sessions[i].statements[j]);
    check(&sessions[i], sqlite3_close(sessions[i].db), SQLITE_OK);
  }
  return 0;
}
