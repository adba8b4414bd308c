// Load on Redis: raw RESP over its Unix socket. Closed loop, one connection a client.
//
// Modes: bare (one XADD), work (the Lua script in work.lua, whose path is --other), fill (--cases of ten events, in the
// stream `events` and, for the first thousand, in one of their own each; pipelined and not measured as commands), read
// (XRANGE of one case's stream), replay (XRANGE of everything, in pages, with a small fold).
#include "bench.h"

static struct options o;
static char sha[41];

/// One call in RESP.
struct call {
  char bytes[4096];
  size_t length;
};

static void add(struct call *call, const char *text, size_t length) {
  if (call->length + length + 32 > sizeof call->bytes) die("a call is too long");
  call->length += (size_t)sprintf(call->bytes + call->length, "$%zu\r\n", length);
  memcpy(call->bytes + call->length, text, length);
  memcpy(call->bytes + call->length + length, "\r\n", 2);
  call->length += length + 2;
}

static struct call make(int count, const char *const *parts) {
  struct call call;
  call.length = (size_t)sprintf(call.bytes, "*%d\r\n", count);
  for (int i = 0; i < count; i++) add(&call, parts[i], strlen(parts[i]));
  return call;
}

#define CALL(...) make((int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), (const char *[]){__VA_ARGS__})

/// The end of the value that begins at `at`; 0 when it is not whole yet. An error anywhere in it ends the program.
static size_t skip(const char *bytes, size_t length, size_t at) {
  const char *line = at < length ? memchr(bytes + at, '\n', length - at) : 0;
  if (!line) return 0;
  size_t next = (size_t)(line - bytes) + 1;
  switch (bytes[at]) {
  case '-': die("refused: %.*s", (int)(next - at - 2), bytes + at);
  case '+': case ':': return next;
  case '$': {
    long size = strtol(bytes + at + 1, 0, 10);
    if (size < 0) return next;
    return next + (size_t)size + 2 <= length ? next + (size_t)size + 2 : 0;
  }
  case '*': {
    long count = strtol(bytes + at + 1, 0, 10);
    for (long i = 0; i < count && next; i++) next = skip(bytes, length, next);
    return next;
  }
  default: die("no RESP: %c", bytes[at]);
  }
}

static bool receive_reply(struct client *c) {
  receive_some(c);
  size_t end = skip(c->in, c->in_len, 0);
  if (end == 0) return false;
  if (end != c->in_len) die("a reply too many");
  if (is(&o, "read") && strncmp(c->in, "*10\r\n", 5) != 0) die("not ten events");
  c->in_len = 0;
  return true;
}

/// Sends one call outside the loop and returns when its reply is in `in`, `in_len` long.
static void ask(struct client *c, const struct call *call) {
  send_all(c->fd, call->bytes, call->length);
  c->in_len = 0;
  do receive_some(c); while (skip(c->in, c->in_len, 0) == 0);
}

static struct call add_event(const char *stream, const struct step *s) { return CALL("XADD", stream, "*", "e", s->payload); }

static void send_bare(struct client *c) {
  struct call call = add_event("events", next_event(c->own));
  send_all(c->fd, call.bytes, call.length);
}

static void send_work(struct client *c) {
  const struct step *s = next_event(c->own);
  char number[24], version[12], status[12], due[24];
  snprintf(number, sizeof number, "%" PRIu64, s->number);
  snprintf(version, sizeof version, "%d", s->version);
  snprintf(status, sizeof status, "%d", s->status);
  snprintf(due, sizeof due, "%" PRId64, s->due_us);
  struct call call = CALL("EVALSHA", sha, "0", s->id, number, version, s->payload, status, due, s->state);
  send_all(c->fd, call.bytes, call.length);
}

static void send_read(struct client *c) {
  char stream[32];
  uint64_t cases = o.cases < 1000 ? o.cases : 1000;
  snprintf(stream, sizeof stream, "case:%" PRIu64, random_number() % cases + 1);
  struct call call = CALL("XRANGE", stream, "-", "+");
  send_all(c->fd, call.bytes, call.length);
}

static void load_script(struct client *c) {
  FILE *file = o.other ? fopen(o.other, "r") : 0;
  if (!file) die("--other: the script");
  char text[4000];
  size_t length = fread(text, 1, sizeof text - 1, file);
  if (length == 0 || length == sizeof text - 1 || fclose(file) != 0) die("%s cannot be read", o.other);
  text[length] = 0;
  struct call call = CALL("SCRIPT", "LOAD", text);
  ask(c, &call);
  if (sscanf(c->in, "$40\r\n%40s", sha) != 1) die("SCRIPT LOAD: no digest");
}

static void fill(struct client *c) {
  struct worker w = {0};
  uint64_t begin = now_ns(), open = 0;
  for (uint64_t number = 1; number <= o.cases; number++) {
    for (int version = 1; version <= STEPS; version++) {
      set_step(&w, number, version);
      describe(&w);
      char stream[32];
      snprintf(stream, sizeof stream, "case:%" PRIu64, number);
      struct call call = add_event("events", &w.step);
      send_all(c->fd, call.bytes, call.length);
      open++;
      if (number > 1000) continue;
      call = add_event(stream, &w.step);
      send_all(c->fd, call.bytes, call.length);
      open++;
    }
    // A bounded pipeline: neither side's buffers grow.
    for (size_t end = 0; open > 0 && (number % 10 == 0 || number == o.cases); open--) {
      while ((end = skip(c->in, c->in_len, 0)) == 0) receive_some(c);
      memmove(c->in, c->in + end, c->in_len - end);
      c->in_len -= end;
    }
  }
  report_bulk("fill", o.cases * STEPS, now_ns() - begin);
}

static void replay(struct client *c) {
  struct fold f = fold(o.cases);
  char from[64] = "-";
  uint64_t begin = now_ns();
  for (;;) {
    struct call call = CALL("XRANGE", "events", from, "+", "COUNT", "1000");
    ask(c, &call);
    // [id, [field, payload]] again and again.
    uint64_t before = f.events;
    for (size_t at = 0; at < c->in_len;) {
      const char *id = memmem(c->in + at, c->in_len - at, "*2\r\n$", 5);
      if (!id) break;
      char *end;
      size_t length = strtoul(id + 5, &end, 10);
      if (length > 40) die("no id of a stream");
      snprintf(from, sizeof from, "(%.*s", (int)length, end + 2);
      const char *value = memmem(end, c->in_len - (size_t)(end - c->in), "$1\r\ne\r\n$", 8);
      if (!value) die("no payload");
      size_t size = strtoul(value + 8, &end, 10);
      take(&f, end + 2, size);
      at = (size_t)(end - c->in) + 2 + size;
    }
    if (f.events == before) break;
  }
  report_bulk("replay", f.events, now_ns() - begin);
}

int main(int argc, char **argv) {
  o = options(argc, argv);
  struct client *clients = calloc((size_t)o.clients, sizeof *clients);
  struct worker *workers = calloc((size_t)o.clients, sizeof *workers);
  if (!clients || !workers) die("no memory");
  for (int i = 0; i < o.clients; i++) {
    workers[i] = worker(i, o.clients);
    clients[i] = (struct client){.fd = unix_socket(o.target), .index = i, .own = &workers[i]};
  }
  struct protocol protocol = {0, receive_reply};
  if (is(&o, "bare")) protocol.send = send_bare;
  if (is(&o, "work")) protocol.send = send_work;
  if (is(&o, "read")) protocol.send = send_read;
  if (is(&o, "work")) load_script(clients), clients->in_len = 0;
  if (is(&o, "fill")) fill(clients);
  else if (is(&o, "replay")) replay(clients);
  else if (protocol.send) closed_loop(clients, &protocol, &o);
  else die("no such mode: %s", o.mode);
  return 0;
}
