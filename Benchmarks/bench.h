// What every load generator shares: options, time, histogram, the one closed loop, and the work that is done.
// Each program includes it once; nothing here is for a library.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/// A benchmark that goes on after an error measures the error.
__attribute__((format(printf, 1, 2), noreturn)) static inline void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static inline uint64_t now_ns(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) die("clock_gettime: %s", strerror(errno));
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static inline uint64_t wall_us(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_REALTIME, &time) != 0) die("clock_gettime: %s", strerror(errno));
  return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000;
}

// Options -----------------------------------------------------------------------------------------------------------

struct options {
  const char *mode;    // what is done; each program says which modes it has
  const char *target;  // a socket, a connection string, a file or a directory
  const char *other;   // a second one, where a mode needs it
  int clients;
  double seconds;      // how long is measured
  double warmup;       // seconds before that, not measured
  uint64_t count;      // at most so many operations; 0 for no limit but the time
  uint64_t cases;      // how many cases of ten events are filled in or read
  int batch;           // how many events to a commit
  bool plain;          // without unsealing
  const char *meter;   // the socket of meter.c: an exact number of operations is counted, and no time is taken
};

static inline struct options options(int argc, char **argv) {
  struct options o = {.clients = 1, .seconds = 5, .warmup = 0.5, .cases = 1000, .batch = 1};
  static const struct option known[] = {
    {"mode", required_argument, 0, 'm'},   {"target", required_argument, 0, 't'},  {"other", required_argument, 0, 'o'},
    {"clients", required_argument, 0, 'c'}, {"seconds", required_argument, 0, 's'}, {"warmup", required_argument, 0, 'w'},
    {"count", required_argument, 0, 'n'},  {"cases", required_argument, 0, 'k'},
    {"batch", required_argument, 0, 'b'},  {"plain", no_argument, 0, 'p'},         {"meter", required_argument, 0, 'e'},
    {0, 0, 0, 0}};
  for (int c; (c = getopt_long(argc, argv, "", known, 0)) != -1;) switch (c) {
    case 'm': o.mode = optarg; break;
    case 't': o.target = optarg; break;
    case 'o': o.other = optarg; break;
    case 'c': o.clients = atoi(optarg); break;
    case 's': o.seconds = atof(optarg); break;
    case 'w': o.warmup = atof(optarg); break;
    case 'n': o.count = strtoull(optarg, 0, 10); break;
    case 'k': o.cases = strtoull(optarg, 0, 10); break;
    case 'b': o.batch = atoi(optarg); break;
    case 'p': o.plain = true; break;
    case 'e': o.meter = optarg; break;
    default: die("see bench.h for the options");
  }
  if (optind != argc || !o.mode || !o.target) die("--mode and --target are needed");
  if (o.clients < 1 || o.clients > 256 || o.batch < 1 || o.cases < 1 || o.seconds > 3600) die("an option is out of bounds");
  return o;
}

static inline bool is(const struct options *o, const char *mode) { return strcmp(o->mode, mode) == 0; }

// Histogram ---------------------------------------------------------------------------------------------------------

/// Nanoseconds in 64 steps to each power of two: at most 1.6 % off.
struct histogram {
  uint64_t counts[60 * 64];
  uint64_t total, max;
};

static inline void record(struct histogram *h, uint64_t ns) {
  int power = ns < 128 ? 0 : 63 - __builtin_clzll(ns) - 6;
  h->counts[(uint64_t)power * 64 + (ns >> power)]++;
  h->total++;
  if (ns > h->max) h->max = ns;
}

static inline void merge(struct histogram *into, const struct histogram *from) {
  for (size_t i = 0; i < sizeof into->counts / sizeof *into->counts; i++) into->counts[i] += from->counts[i];
  into->total += from->total;
  if (from->max > into->max) into->max = from->max;
}

/// The value that so large a part of the counts is not above, in microseconds.
static inline double quantile_us(const struct histogram *h, double part) {
  uint64_t rest = (uint64_t)(part * (double)h->total);
  for (size_t i = 0; i < sizeof h->counts / sizeof *h->counts; i++) {
    if (h->counts[i] > rest) return (double)(i < 128 ? i : (i % 64 + 64) << (i / 64 - 1)) / 1000;
    rest -= h->counts[i];
  }
  return (double)h->max / 1000;
}

/// One line of JSON: what `run` and `table.py` read. `all` counts what was done before and after the measured time, too:
/// the processor's time is over all of it.
static inline void report(const char *mode, int clients, const struct histogram *h, uint64_t elapsed_ns, uint64_t all) {
  struct rusage used;
  if (h->total == 0) die("%s: nothing was measured", mode);
  if (getrusage(RUSAGE_SELF, &used) != 0) die("getrusage: %s", strerror(errno));
  double seconds = (double)elapsed_ns / 1e9;
  double own = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("{\"mode\":\"%s\",\"clients\":%d,\"operations\":%" PRIu64 ",\"seconds\":%.4f,\"rate\":%.1f,"
         "\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,\"all\":%" PRIu64 ",\"own_cpu_s\":%.3f}\n",
         mode, clients, h->total, seconds, (double)h->total / seconds, quantile_us(h, 0.5), quantile_us(h, 0.99),
         (double)h->max / 1000, all, own);
}

/// For what is timed as a whole.
static inline void report_bulk(const char *mode, uint64_t operations, uint64_t elapsed_ns) {
  double seconds = (double)elapsed_ns / 1e9;
  printf("{\"mode\":\"%s\",\"operations\":%" PRIu64 ",\"seconds\":%.4f,\"rate\":%.1f}\n", mode, operations, seconds,
         (double)operations / seconds);
}

// Closed loop -------------------------------------------------------------------------------------------------------

/// One connection, with one call under way.
struct client {
  int fd, index;
  uint64_t sent_at;
  char *in;           // what has come of the reply
  size_t in_len, in_cap;
  void *own;          // whatever the protocol needs
};

struct protocol {
  /// Sends the next call, whole.
  void (*send)(struct client *);
  /// Takes what has come; true when the reply is whole. Ends the program when the reply is an error.
  bool (*receive)(struct client *);
};

/// When a run measures and when it ends; the same for the loop on sockets and for threads.
struct span {
  uint64_t from, until, end_count;
};

static inline struct span span(const struct options *o) {
  uint64_t from = now_ns() + (uint64_t)(o->warmup * 1e9);
  return (struct span){from, from + (uint64_t)(o->seconds * 1e9), o->count ? o->count : UINT64_MAX};
}

/// All clients in one thread, each with one call under way; the same for every peer that has a socket.
static inline void closed_loop(struct client *clients, const struct protocol *protocol, const struct options *o) {
  static struct histogram h;
  int poll = epoll_create1(0);
  if (poll < 0) die("epoll_create1: %s", strerror(errno));
  for (int i = 0; i < o->clients; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &event) != 0) die("epoll_ctl: %s", strerror(errno));
  }
  struct span span_ = span(o);
  uint64_t sent = 0, last = 0;
  int under_way = 0;
  for (int i = 0; i < o->clients && sent < span_.end_count; i++, sent++, under_way++) {
    clients[i].sent_at = now_ns();
    protocol->send(&clients[i]);
  }
  while (under_way > 0) {
    struct epoll_event events[256];
    int count = epoll_wait(poll, events, 256, 30000);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) die("no reply in 30 s: %s", count < 0 ? strerror(errno) : "the peer hangs");
    for (int i = 0; i < count; i++) {
      struct client *client = events[i].data.ptr;
      if (!protocol->receive(client)) continue;
      uint64_t now = now_ns();
      if (now >= span_.from && now < span_.until) {
        record(&h, now - client->sent_at);
        last = now;
      }
      if (now >= span_.until || sent >= span_.end_count) {
        under_way--;
        continue;
      }
      sent++;
      client->sent_at = now;
      protocol->send(client);
    }
  }
  close(poll);
  report(o->mode, o->clients, &h, (o->count ? last : span_.until) - span_.from, sent);
}

static inline int unix_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) die("%s: the path of the socket is too long", path);
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) die("%s: %s", path, strerror(errno));
  return fd;
}

static inline void send_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) die("send: %s", strerror(errno));
    bytes += sent;
    count -= (size_t)sent;
  }
}

/// Appends what the socket has to `in`.
static inline void receive_some(struct client *c) {
  if (c->in_cap - c->in_len < 65536) {
    c->in_cap = c->in_cap ? c->in_cap * 2 : 131072;
    if (!(c->in = realloc(c->in, c->in_cap))) die("no memory");
  }
  ssize_t count;
  do count = recv(c->fd, c->in + c->in_len, c->in_cap - c->in_len, 0); while (count < 0 && errno == EINTR);
  if (count <= 0) die("the connection ended: %s", count < 0 ? strerror(errno) : "closed by the peer");
  c->in_len += (size_t)count;
}

// The work ----------------------------------------------------------------------------------------------------------

/// The life of a case, ten events. Every tenth case stays open before its end, as they do in an office.
enum type { RECEIVED, CONSULTED, PROGRESSED, APOLOGISED, RESOLVED, RETURNED };
enum { STEPS = 10, OPEN_STEPS = 8 };
static const enum type script[STEPS] = {RECEIVED,   CONSULTED,  PROGRESSED, PROGRESSED, APOLOGISED,
                                        PROGRESSED, PROGRESSED, PROGRESSED, RESOLVED,   RETURNED};
static const char *const type_names[] = {"received", "consulted", "progressed", "apologised", "resolved", "returned"};
static const char *const families[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"};
static const char *const middles[] = {"Thị", "Văn", "Đức", "Minh", "Ngọc", "Hữu", "Thanh", "Quốc"};
static const char *const givens[] = {"Hoa", "Bình", "Cường", "Dũng", "Hạnh", "Khánh", "Lan", "Mai",
                                     "Nam", "Oanh", "Phúc", "Quân", "Sơn", "Tuấn", "Uyên", "Yến"};

static inline uint64_t random_number(void) {
  static _Thread_local uint64_t state;
  if (state == 0 && getrandom(&state, sizeof state, 0) != sizeof state) die("getrandom: %s", strerror(errno));
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/// A UUID of version 7: the form of command ids that the daemon's documentation asks for.
static inline void uuid7(uint8_t id[16]) {
  uint64_t ms = wall_us() / 1000, a = random_number(), b = random_number();
  for (int i = 0; i < 6; i++) id[i] = (uint8_t)(ms >> (40 - 8 * i));
  for (int i = 0; i < 2; i++) id[6 + i] = (uint8_t)(a >> (8 * i));
  for (int i = 0; i < 8; i++) id[8 + i] = (uint8_t)(b >> (8 * i));
  id[6] = (id[6] & 0x0F) | 0x70;
  id[8] = (id[8] & 0x3F) | 0x80;
}

static inline void uuid_text(const uint8_t id[16], char text[37]) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *text++ = '-';
    *text++ = digits[id[i] >> 4];
    *text++ = digits[id[i] & 15];
  }
  *text = 0;
}

/// What one command carries. The last two are for the peers only: making them is no part of what the floor measures.
struct step {
  uint64_t number;      // of the case
  int version;          // that the event becomes
  enum type type;
  int status;           // of the case after it: 1 received, 2 processing, 4 ready, 5 returned
  int64_t due_us;
  uint8_t uuid[16];     // of the command
  char id[37];          // the same as text
  char payload[512];    // about 300 bytes of JSON
  char state[400];      // the state row, about as large as the daemon's
};

/// Goes through one case after the other. Numbers do not meet those of other clients or of earlier runs.
struct worker {
  uint64_t number, skip, cases;
  int64_t due_us;
  char applicant[64];
  struct step step;
};

static inline void name_somebody(char name[64]) {
  uint64_t r = random_number();
  snprintf(name, 64, "%s %s %s", families[r % 8], middles[r / 8 % 8], givens[r / 64 % 16]);
}

static inline struct worker worker(int client, int clients) {
  return (struct worker){.number = (wall_us() / 1000000 << 24) + (uint64_t)client, .skip = (uint64_t)clients};
}

static inline void set_step(struct worker *w, uint64_t number, int version) {
  struct step *s = &w->step;
  s->number = number;
  s->version = version;
  s->type = script[version - 1];
  if (s->type == RECEIVED) {
    name_somebody(w->applicant);
    w->due_us = (int64_t)wall_us() + 5 * 86400000000;
  }
  if (s->type == APOLOGISED) w->due_us += 7 * 86400000000;
  s->due_us = w->due_us;
  s->status = s->type == RECEIVED ? 1 : s->type == RESOLVED ? 4 : s->type == RETURNED ? 5 : 2;
  uuid7(s->uuid);
  uuid_text(s->uuid, s->id);
}

static inline const struct step *next_step(struct worker *w) {
  int steps = w->cases % 10 == 9 ? OPEN_STEPS : STEPS;
  if (w->step.version == steps) {
    w->number += w->skip;
    w->cases++;
    w->step.version = 0;
  }
  set_step(w, w->number, w->step.version + 1);
  return &w->step;
}

/// Adds what a peer stores of the step.
static inline const struct step *describe(struct worker *w) {
  struct step *s = &w->step;
  snprintf(s->payload, sizeof s->payload,
           "{\"case\":%" PRIu64 ",\"version\":%d,\"type\":\"%s\",\"recordedAt\":%" PRIu64
           ",\"account\":\"counter\",\"commandId\":\"%s\",\"body\":{\"applicant\":\"%s\",\"phone\":\"09%08u\","
           "\"text\":\"Thẩm tra hồ sơ, đối chiếu sổ gốc và xác minh tại tổ dân phố\",\"due\":%" PRId64 "}}",
           s->number, s->version, type_names[s->type], wall_us(), s->id, w->applicant,
           (unsigned)(random_number() % 100000000), s->due_us);
  snprintf(s->state, sizeof s->state,
           "{\"version\":%d,\"code\":\"H56.26.07-261125-%04" PRIu64 "\",\"applicant\":\"%s\",\"subject\":\"Cải chính "
           "họ tên trong giấy khai sinh\",\"place\":\"Tổ 4, phường Hoa Sen\",\"procedure\":\"cai-chinh\",\"status\":%d,"
           "\"due\":%" PRId64 "}",
           s->version, s->number % 1000000, w->applicant, s->status, s->due_us);
  return s;
}

static inline const struct step *next_event(struct worker *w) {
  next_step(w);
  return describe(w);
}

// Replay of a peer's events -----------------------------------------------------------------------------------------

/// The same small fold for every peer: three members are found in the JSON, and the case is looked up in a hash table.
struct fold {
  uint64_t *numbers, events;
  uint32_t *versions;
  size_t mask;
};

static inline struct fold fold(uint64_t cases) {
  size_t size = 1024;
  while (size < cases * 2) size *= 2;
  struct fold f = {.numbers = calloc(size, sizeof(uint64_t)), .versions = calloc(size, sizeof(uint32_t)), .mask = size - 1};
  if (!f.numbers || !f.versions) die("no memory");
  return f;
}

static inline uint64_t member(const char *json, size_t length, const char *name) {
  const char *at = memmem(json, length, name, strlen(name));
  if (!at) die("an event without %s", name);
  return strtoull(at + strlen(name), 0, 10);
}

static inline void take(struct fold *f, const char *json, size_t length) {
  uint64_t number = member(json, length, "\"case\":");
  uint32_t version = (uint32_t)member(json, length, "\"version\":");
  if (!memmem(json, length, "\"type\":\"", 8)) die("an event without type");
  size_t slot = (size_t)(number * 0x9E3779B97F4A7C15u >> 32) & f->mask;
  for (; f->numbers[slot] != 0 && f->numbers[slot] != number; slot = (slot + 1) & f->mask) {}
  f->numbers[slot] = number;
  f->versions[slot] = version;
  f->events++;
}
