// Load on motcuad: raw Unix sockets, Varlink's JSON ended by NUL. Closed loop, one connection a client.
//
// Modes: work (the life of cases, one command after the other), fill (the same, bounded by --count, without warm-up),
// fill-late (cases that were received long ago and stay as they are), and one call again and again: info, show, history,
// late, tally. --target is the socket; the questions about one case take its code from --other, a file of the codes of
// cases with ten events, which `fill` writes.
#include "bench.h"

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
  bool fills = is(&o, "fill") || is(&o, "fill-late"), commands = fills || is(&o, "work");
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
  closed_loop(clients, &protocol, &o);
  if (codes_out && fclose(codes_out) != 0) die("%s: %s", o.other, strerror(errno));
  return 0;
}
