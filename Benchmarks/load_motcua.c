// Load on motcuad: raw Unix sockets, Varlink's JSON ended by NUL. Closed loop, one connection a client.
//
// Modes: work (the life of cases, one command after the other), fill (the same, bounded by --count, without warm-up),
// fill-late (cases that were received long ago and stay as they are), and one call again and again: info, show, history,
// late, tally. --target is the socket; the questions about one case take its code from --other, a file of the codes of
// cases with ten events, which `fill` writes.
//
// With --meter the same is done an exact number of times, --count, and counted by meter.c. `work` then goes in groups of
// --batch calls, each a commit of its own; each client goes round --cases cases, one step of each in turn, and goes on
// with the cases that `prepare` has begun and written into --other, if it is given.
#include "meter.h"

struct desk {
  struct worker work;
  char code[64];
  bool is_late;
};

static const char *mode_method;
static bool wants_more, takes_code;
static char **codes;
static size_t codes_count;
static struct options o;
static FILE *codes_out;

/// What is done before it is counted: a part of what a program does is done once.
enum { WARM_GROUPS = 8, WARM_CALLS = 20 };

static void send_frame(struct client *c, const char *method, const char *parameters, bool more) {
  char frame[2048];
  int length = snprintf(frame, sizeof frame, "{\"method\":\"%s\",\"parameters\":%s%s}", method, parameters,
                        more ? ",\"more\":true" : "");
  if (length < 0 || (size_t)length >= sizeof frame) die("a call is too long");
  send_all(c->fd, frame, (size_t)length + 1);
}

static void send_command(struct client *c) {
  struct desk *desk = c->own;
  // Late cases stay as they were received.
  if (desk->is_late) desk->work.step.version = 0;
  const struct step *s = next_step(&desk->work);
  const char *code = desk->code, *text = s->id;
  char parameters[1536], method[64];
  switch (s->type) {
  case RECEIVED:
    snprintf(method, sizeof method, "vn.motcua.Desk.Receive");
    snprintf(parameters, sizeof parameters,
             "{\"kind\":\"procedure\",\"procedure\":\"cai-chinh\",\"applicant\":\"%s\",\"phone\":\"09%08u\",\"place\":\"Tổ "
             "%u, thôn Hoa Sen\",\"subject\":\"Cải chính họ tên trong giấy khai sinh\",\"entry\":{\"commandId\":\"%s\"%s}}",
             desk->work.applicant, (unsigned)(random_number() % 100000000), (unsigned)(random_number() % 20), text,
             desk->is_late ? ",\"occurredAt\":\"2026-03-02T09:00\",\"reason\":\"Chuyển từ sổ giấy\"" : "");
    break;
  case CONSULTED:
    snprintf(method, sizeof method, "vn.motcua.Desk.Consult");
    snprintf(parameters, sizeof parameters,
             "{\"code\":\"%s\",\"question\":\"Khi nào có kết quả, cần mang theo giấy tờ gì?\",\"guidance\":\"Đúng hẹn, mang "
             "theo giấy hẹn và căn cước công dân.\",\"minutes\":5,\"entry\":{\"commandId\":\"%s\"}}",
             code, text);
    break;
  case PROGRESSED:
    snprintf(method, sizeof method, "vn.motcua.Desk.Progress");
    snprintf(parameters, sizeof parameters,
             "{\"code\":\"%s\",\"step\":\"Thẩm tra hồ sơ, đối chiếu sổ gốc và xác minh tại tổ dân phố\",\"by\":\"Trần Văn "
             "Bình\",\"group\":\"Tư pháp – hộ tịch\",\"entry\":{\"commandId\":\"%s\",\"expectedVersion\":%d}}",
             code, text, s->version - 1);
    break;
  case APOLOGISED:
    snprintf(method, sizeof method, "vn.motcua.Desk.Apologise");
    snprintf(parameters, sizeof parameters,
             "{\"code\":\"%s\",\"cause\":\"late\",\"text\":\"Xin lỗi ông/bà: sổ gốc tìm thấy muộn.\",\"signatory\":\"Lê Thị "
             "Mai\",\"newDue\":\"+9\",\"entry\":{\"commandId\":\"%s\"}}",
             code, text);
    break;
  case RESOLVED:
    snprintf(method, sizeof method, "vn.motcua.Desk.Resolve");
    snprintf(parameters, sizeof parameters,
             "{\"code\":\"%s\",\"documentNumber\":\"%u/TLHT\",\"signedBy\":\"Phạm Minh Sơn\",\"entry\":{\"commandId\":"
             "\"%s\"}}",
             code, (unsigned)(random_number() % 10000), text);
    break;
  case RETURNED:
    snprintf(method, sizeof method, "vn.motcua.Desk.Return");
    snprintf(parameters, sizeof parameters, "{\"code\":\"%s\",\"entry\":{\"commandId\":\"%s\"}}", code, text);
    break;
  }
  send_frame(c, method, parameters, false);
}

static void send_question(struct client *c) {
  char parameters[128] = "{}";
  if (takes_code) snprintf(parameters, sizeof parameters, "{\"code\":\"%s\"}", codes[random_number() % codes_count]);
  if (is(&o, "late")) strcpy(parameters, "{\"late\":true}");
  send_frame(c, mode_method, parameters, wants_more);
}

/// Takes the last whole frame away and says whether it was the last reply of the call.
static bool receive_reply(struct client *c) {
  receive_some(c);
  bool is_last = false;
  char *end;
  size_t used = 0;
  while ((end = memchr(c->in + used, 0, c->in_len - used))) {
    const char *frame = c->in + used;
    if (is_last) die("a reply after the last one: %s", frame);
    size_t length = (size_t)(end - frame);
    // `error` is a member of the reply itself: before the parameters, or after them.
    if (strncmp(frame, "{\"error\":", 9) == 0 || memmem(frame, length, ",\"error\":\"", 10)) die("refused: %s", frame);
    is_last = !memmem(frame, length, "\"continues\":true", 16);
    struct desk *desk = c->own;
    if (desk) {
      if (memmem(frame, length, "\"repeated\":true", 15)) die("repeated: %s", frame);
      const char *code = memmem(frame, length, "\"code\":\"", 8);
      if (!code || sscanf(code + 8, "%63[^\"]", desk->code) != 1) die("no receipt: %s", frame);
    }
    used += length + 1;
  }
  memmove(c->in, c->in + used, c->in_len - used);
  c->in_len -= used;
  if (is_last && c->own && codes_out) {
    struct desk *desk = c->own;
    if (!desk->is_late && desk->work.step.version == STEPS && fprintf(codes_out, "%s\n", desk->code) < 0) die("--other");
  }
  return is_last;
}

// An exact number -----------------------------------------------------------------------------------------------------

/// Each case in a file of its own steps: so many that each step is under way in a tenth of them.
static void prepare(struct client *clients) {
  struct desk *cases = calloc(o.cases, sizeof *cases);
  FILE *file = o.other ? fopen(o.other, "w") : 0;
  if (!cases || !file) die("--other: %s", strerror(errno));
  for (uint64_t i = 0; i < o.cases; i++) cases[i].work = worker((int)i, (int)o.cases);
  for (int step = 0; step < STEPS - 1; step++) {
    for (uint64_t next = 0; next < o.cases;) {
      int sent = 0;
      for (; next < o.cases && sent < o.clients; next++) {
        if (next % STEPS <= (uint64_t)step) continue;
        clients[sent].own = &cases[next];
        send_command(&clients[sent++]);
      }
      for (int i = 0; i < sent; i++) while (!receive_reply(&clients[i])) {}
    }
  }
  for (uint64_t i = 0; i < o.cases; i++)
    fprintf(file, "%s %d\n", i % STEPS ? cases[i].code : "-", cases[i].work.step.version);
  if (fclose(file) != 0) die("%s: %s", o.other, strerror(errno));
}

/// The cases of all clients, begun by `prepare` or by nobody.
static struct desk *begun_cases(size_t count) {
  struct desk *cases = calloc(count, sizeof *cases);
  FILE *file = o.other ? fopen(o.other, "r") : 0;
  if (!cases || (o.other && !file)) die("--other: %s", strerror(errno));
  for (size_t i = 0; i < count; i++) {
    cases[i].work = worker((int)i, (int)count);
    if (file && fscanf(file, "%63s %d", cases[i].code, &cases[i].work.step.version) != 2) die("%s: too few cases", o.other);
  }
  if (file) fclose(file);
  return cases;
}

/// How often threads of the daemon have been put to sleep, when it is at rest.
static uint64_t switches(const struct meter *m) {
  uint64_t count;
  all_sleep(m, &count);
  return count;
}

/// One line of JSON: what was done while it was counted, what was done in all, and how often a thread slept meanwhile.
static void report_exactly(uint64_t all, uint64_t switched) {
  printf("{\"mode\":\"%s\",\"operations\":%" PRIu64 ",\"all\":%" PRIu64 ",\"switches\":%" PRIu64 "}\n", o.mode, o.count, all,
         switched);
}

/// A group is written whole while the commit of the one before it is held, and answered while the next one is held: the
/// two halves of the clients take turns. So each commit has as many commands as the group, and each thread its usual work.
static void groups(struct client *clients, const struct protocol *protocol, const struct meter *m) {
  int half = 0, size = o.batch;
  struct desk *cases = begun_cases((size_t)size * 2 * o.cases);
  // One command alone begins, so that the first group has a commit to wait for.
  struct desk first = {.work = worker(0, 1)};
  struct client *starter = &clients[2 * size];
  starter->own = &first;
  tell(m, 'h');
  protocol->send(starter);
  uint64_t count = o.count / (uint64_t)size, before = 0;
  for (uint64_t group = 0; group <= count + WARM_GROUPS; group++, half = 1 - half) {
    expect(m, 'c');
    quiet(m, 5);
    if (group == WARM_GROUPS) {
      before = switches(m);
      tell(m, 'z');
    }
    if (group == count + WARM_GROUPS) break;
    for (int i = half * size; i < (half + 1) * size; i++) {
      clients[i].own = &cases[(uint64_t)i * o.cases + group / 2 % o.cases];
      protocol->send(&clients[i]);
    }
    quiet(m, 5);
    tell(m, 'g');
    struct client *answered = group == 0 ? starter : &clients[(1 - half) * size];
    for (int i = 0; i < (group == 0 ? 1 : size); i++) while (!protocol->receive(&answered[i])) {}
  }
  uint64_t after = switches(m);
  tell(m, 'd');
  tell(m, 'g');
  for (int i = 0; i < size; i++) while (!protocol->receive(&clients[(1 - half) * size + i])) {}
  tell(m, 'r');
  report_exactly((count + WARM_GROUPS) * (uint64_t)size + 1, after - before);
  free(cases);
}

/// One call after the other, on one connection.
static void calls(struct client *client, const struct protocol *protocol, const struct meter *m) {
  struct desk *cases = client->own ? begun_cases(o.cases) : 0;
  uint64_t warm = client->own ? WARM_GROUPS * o.cases : WARM_CALLS, before = 0;
  for (uint64_t i = 0; i <= o.count + warm; i++) {
    if (i == warm) {
      quiet(m, 200);
      before = switches(m);
      tell(m, 'z');
    }
    if (i == o.count + warm) break;
    if (cases) client->own = &cases[i % o.cases];
    protocol->send(client);
    while (!protocol->receive(client)) {}
  }
  quiet(m, 200);
  report_exactly(o.count + warm, switches(m) - before);
  tell(m, 'd');
  free(cases);
}

static void read_codes(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) die("%s: %s", path, strerror(errno));
  char line[80];
  while (codes_count < 1000000 && fscanf(file, "%79s", line) == 1) {
    if (codes_count % 1024 == 0 && !(codes = realloc(codes, (codes_count + 1024) * sizeof *codes))) die("no memory");
    if (!(codes[codes_count++] = strdup(line))) die("no memory");
  }
  if (codes_count == 0) die("%s: no codes", path);
  fclose(file);
}

int main(int argc, char **argv) {
  o = options(argc, argv);
  bool fills = is(&o, "fill") || is(&o, "fill-late"), prepares = is(&o, "prepare");
  bool commands = fills || prepares || is(&o, "work");
  struct protocol protocol = {commands ? send_command : send_question, receive_reply};
  if (fills) {
    o.warmup = 0;
    o.seconds = 3600;
    if (o.other && !(codes_out = fopen(o.other, "a"))) die("%s: %s", o.other, strerror(errno));
  } else if (is(&o, "info")) {
    mode_method = "org.varlink.service.GetInfo";
  } else if (is(&o, "show")) {
    mode_method = "vn.motcua.Views.Show";
    takes_code = true;
  } else if (is(&o, "history")) {
    mode_method = "vn.motcua.Views.History";
    takes_code = wants_more = true;
  } else if (is(&o, "late")) {
    mode_method = "vn.motcua.Views.List";
    wants_more = true;
  } else if (is(&o, "tally")) {
    mode_method = "vn.motcua.Views.Tally";
  } else if (!commands) {
    die("no such mode: %s", o.mode);
  }
  if (takes_code) {
    if (!o.other) die("--other: the file of the codes");
    read_codes(o.other);
  }
  struct client *clients = calloc((size_t)o.clients, sizeof *clients);
  struct desk *desks = calloc((size_t)o.clients, sizeof *desks);
  if (!clients || !desks) die("no memory");
  for (int i = 0; i < o.clients; i++) {
    desks[i] = (struct desk){.work = worker(i, o.clients), .is_late = is(&o, "fill-late")};
    clients[i] = (struct client){.fd = unix_socket(o.target), .index = i, .own = commands ? &desks[i] : 0};
  }
  if (prepares) {
    prepare(clients);
  } else if (o.meter) {
    struct meter m = meter(o.meter);
    if (o.batch == 1) {
      calls(clients, &protocol, &m);
    } else {
      if (!commands || o.clients != 2 * o.batch + 1 || o.count % (2 * (uint64_t)o.batch) != 0)
        die("groups are of commands, of two halves of the clients and one more, and of an even number");
      groups(clients, &protocol, &m);
    }
    close(m.fd);
  } else {
    closed_loop(clients, &protocol, &o);
  }
  if (codes_out && fclose(codes_out) != 0) die("%s: %s", o.other, strerror(errno));
  return 0;
}
