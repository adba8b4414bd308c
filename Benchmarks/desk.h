// What motcuad writes for one event, in plain C: the record, the state of a case, and its rows in the views. It knows the
// six kinds of event that the load has, and nothing of LMDB. `floor compare` holds its rows against the daemon's.
#pragma once
#include "bench.h"

/// Bytes that belong to somebody else; `at` is null for a value that is missing.
struct slice {
  const uint8_t *at;
  size_t length;
};

static inline struct slice text(const char *text) { return (struct slice){(const uint8_t *)text, strlen(text)}; }

/// Bytes that are written one after the other.
struct bytes {
  uint8_t at[4096];
  size_t length;
};

static inline void put_bytes(struct bytes *b, const void *at, size_t length) {
  if (length > sizeof b->at - b->length) die("a row is too long");
  memcpy(b->at + b->length, at, length);
  b->length += length;
}

static inline void put_byte(struct bytes *b, uint8_t byte) { put_bytes(b, &byte, 1); }

static inline void put_big(struct bytes *b, uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) put_byte(b, (uint8_t)(value >> shift));
}

static inline uint64_t big(const uint8_t *at, int width) {
  uint64_t value = 0;
  for (int i = 0; i < width; i++) value = value << 8 | at[i];
  return value;
}

static inline void put_varint(struct bytes *b, uint64_t value) {
  for (; value >= 0x80; value >>= 7) put_byte(b, (uint8_t)value | 0x80);
  put_byte(b, (uint8_t)value);
}

static inline uint64_t zigzag(int64_t value) { return (uint64_t)value << 1 ^ (uint64_t)(value >> 63); }
static inline int64_t unzigzag(uint64_t value) { return (int64_t)(value >> 1) ^ -(int64_t)(value & 1); }

/// What is read from the front; ends the program when it is cut.
static inline uint64_t take_varint(struct slice *s) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (s->length == 0) die("a number is cut");
    uint8_t byte = *s->at++;
    s->length--;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  die("a number is too long");
}

static inline struct slice take_slice(struct slice *s, uint64_t length) {
  if (length > s->length) die("bytes are cut");
  struct slice taken = {s->at, length};
  s->at += length;
  s->length -= length;
  return taken;
}

// The record (Sources/DeskRecords/record.proto) ---------------------------------------------------------------------

/// One event, its parts lying in the record and in what was unsealed of it.
struct event {
  uint64_t stream, rules, slot;
  uint32_t version, uid;
  int64_t recorded_at, occurred_before;
  int32_t offset_minutes;
  struct slice account, command_id, command_digest, sealed;
  int body;  // the field number: 20 received … 25 returned, 28 rules adopted
  struct {
    struct slice code, procedure, term, responsible, commitment;
    int kind, channel;
    bool has_effective, organisation, provisional, urgent;
    int32_t effective;
    int64_t due;
  } received;
  struct {
    struct slice cause;
    bool has_new_due, answers;
    int64_t new_due;
  } apologised;
  int outcome;
  bool closes;
  struct slice personal[23];  // by field number
};

enum { BODY_RECEIVED = 20, BODY_CONSULTED, BODY_PROGRESSED, BODY_APOLOGISED, BODY_RESOLVED, BODY_RETURNED, BODY_RULES = 28 };
enum { P_APPLICANT = 1, P_PHONE, P_PLACE, P_SUBJECT, P_HANDED_IN_BY, P_AUTHORITY, P_HELP, P_URGENT, P_QUESTION, P_GUIDANCE,
       P_TEXT, P_REASON, P_TO, P_BY, P_LATE_REASON, P_PAPERS, P_STEP, P_GROUP, P_SIGNATORY, P_LETTER, P_DOCUMENT, P_SIGNED_BY };

static inline void put_number(struct bytes *b, int field, uint64_t value) {
  put_varint(b, (uint64_t)field << 3);
  put_varint(b, value);
}

static inline void put_field(struct bytes *b, int field, struct slice value) {
  put_varint(b, (uint64_t)field << 3 | 2);
  put_varint(b, value.length);
  put_bytes(b, value.at, value.length);
}

static inline void put_some(struct bytes *b, int field, struct slice value) { if (value.at) put_field(b, field, value); }

/// One field of a message: its number, and its value as a number or as bytes.
static inline int take_field(struct slice *s, uint64_t *number, struct slice *value) {
  uint64_t tag = take_varint(s);
  *number = 0;
  *value = (struct slice){0};
  switch (tag & 7) {
  case 0: *number = take_varint(s); break;
  case 2: *value = take_slice(s, take_varint(s)); break;
  default: die("a field of another wire type");
  }
  return (int)(tag >> 3);
}

static inline void encode_personal(const struct event *e, struct bytes *b) {
  for (int field = 1; field <= P_SIGNED_BY; field++) put_some(b, field, e->personal[field]);
}

static inline void decode_personal(struct slice s, struct event *e) {
  uint64_t number;
  struct slice value;
  while (s.length > 0) {
    int field = take_field(&s, &number, &value);
    if (field < 1 || field > P_SIGNED_BY || field == P_PAPERS) die("a personal field that the load does not have");
    e->personal[field] = value;
  }
}

static inline void encode_record(const struct event *e, struct bytes *b) {
  put_number(b, 1, 1);
  put_number(b, 2, e->stream);
  put_number(b, 3, e->version);
  put_number(b, 4, zigzag(e->recorded_at));
  if (e->offset_minutes) put_number(b, 6, zigzag(e->offset_minutes));
  if (e->uid) put_number(b, 7, e->uid);
  put_field(b, 8, e->account);
  put_field(b, 10, e->command_id);
  put_field(b, 11, e->command_digest);
  put_number(b, 12, e->rules);
  if (e->sealed.at) {
    put_number(b, 14, e->slot);
    put_field(b, 15, e->sealed);
  }
  struct bytes body = {.length = 0};
  switch (e->body) {
  case BODY_RECEIVED:
    put_field(&body, 1, e->received.code);
    put_number(&body, 2, (uint64_t)e->received.kind);
    put_some(&body, 3, e->received.procedure);
    if (e->received.has_effective) put_number(&body, 4, zigzag(e->received.effective));
    put_number(&body, 6, (uint64_t)e->received.channel);
    put_field(&body, 8, e->received.term);
    put_number(&body, 9, zigzag(e->received.due));
    put_field(&body, 12, e->received.commitment);
    break;
  case BODY_CONSULTED: put_number(&body, 1, 5); break;
  case BODY_APOLOGISED:
    put_field(&body, 1, e->apologised.cause);
    if (e->apologised.has_new_due) put_number(&body, 2, zigzag(e->apologised.new_due));
    if (e->apologised.answers) put_number(&body, 3, 1);
    break;
  case BODY_RESOLVED: put_number(&body, 1, (uint64_t)e->outcome); break;
  }
  put_field(b, e->body, (struct slice){body.at, body.length});
}

static inline void decode_body(struct slice s, struct event *e) {
  uint64_t n;
  struct slice v;
  while (s.length > 0) {
    int field = take_field(&s, &n, &v);
    switch (e->body * 100 + field) {
    case 2001: e->received.code = v; break;
    case 2002: e->received.kind = (int)n; break;
    case 2003: e->received.procedure = v; break;
    case 2004: e->received.has_effective = true; e->received.effective = (int32_t)unzigzag(n); break;
    case 2005: e->received.organisation = n; break;
    case 2006: e->received.channel = (int)n; break;
    case 2007: e->received.responsible = v; break;
    case 2008: e->received.term = v; break;
    case 2009: e->received.due = unzigzag(n); break;
    case 2010: e->received.provisional = n; break;
    case 2011: e->received.urgent = n; break;
    case 2012: e->received.commitment = v; break;
    case 2101: break;
    case 2301: e->apologised.cause = v; break;
    case 2302: e->apologised.has_new_due = true; e->apologised.new_due = unzigzag(n); break;
    case 2303: e->apologised.answers = n; break;
    case 2401: e->outcome = (int)n; break;
    case 2402: e->closes = n; break;
    case 2801: break;
    default: die("field %d of body %d, which the load does not have", field, e->body);
    }
  }
}

static inline void decode_record(struct slice s, struct event *e) {
  uint64_t n;
  struct slice v;
  memset(e, 0, sizeof *e);
  while (s.length > 0) switch (take_field(&s, &n, &v)) {
    case 1: if (n != 1) die("a record of form %" PRIu64, n); break;
    case 2: e->stream = n; break;
    case 3: e->version = (uint32_t)n; break;
    case 4: e->recorded_at = unzigzag(n); break;
    case 5: e->occurred_before = unzigzag(n); break;
    case 6: e->offset_minutes = (int32_t)unzigzag(n); break;
    case 7: e->uid = (uint32_t)n; break;
    case 8: e->account = v; break;
    case 10: e->command_id = v; break;
    case 11: e->command_digest = v; break;
    case 12: e->rules = n; break;
    case 14: e->slot = n; break;
    case 15: e->sealed = v; break;
    case 20: e->body = BODY_RECEIVED; decode_body(v, e); break;
    case 21: e->body = BODY_CONSULTED; decode_body(v, e); break;
    case 22: e->body = BODY_PROGRESSED; decode_body(v, e); break;
    case 23: e->body = BODY_APOLOGISED; decode_body(v, e); break;
    case 24: e->body = BODY_RESOLVED; decode_body(v, e); break;
    case 25: e->body = BODY_RETURNED; decode_body(v, e); break;
    case 28: e->body = BODY_RULES; decode_body(v, e); break;
    default: die("a field that the load does not have");
  }
}

// The state (Sources/DeskViews/StateCoding.swift) -------------------------------------------------------------------

struct mark {
  uint32_t version;
  int32_t day;
};

struct state {
  uint32_t version;
  bool received;
  int64_t at;
  int32_t offset_minutes;
  struct slice receiver;
  uint64_t rules;
  struct slice code, procedure, applicant, phone, place, subject, handed_in_by, authority, help, urgent, responsible, term;
  int kind, channel;
  bool has_effective, organisation, provisional;
  int32_t effective;
  int64_t first_due;
  int consultations, steps, apologies;
  struct mark consulted[32], stepped[32];
  struct { struct mark mark; struct slice cause; int64_t at, settles, new_due; bool has_settles, has_new_due; } apologised[8];
  bool resolved;
  struct { struct mark mark; int outcome; struct slice reason, document, signed_by; bool closes; int64_t at; int32_t day; } resolution;
  bool returned;
  struct { struct mark mark; struct slice to; int64_t at; } handover;
};

static inline void row_number(struct bytes *b, int64_t value) { put_varint(b, zigzag(value)); }

static inline void row_text(struct bytes *b, struct slice s) {
  row_number(b, (int64_t)s.length);
  put_bytes(b, s.at, s.length);
}

static inline void row_some(struct bytes *b, struct slice s) {
  put_byte(b, s.at != 0);
  if (s.at) row_text(b, s);
}

static inline void row_mark(struct bytes *b, struct mark m) {
  row_number(b, m.version);
  row_number(b, m.day);
}

static inline void row_time(struct bytes *b, bool is_there, int64_t time) {
  put_byte(b, is_there);
  if (is_there) row_number(b, time);
}

static inline void encode_state(const struct state *s, struct bytes *b) {
  row_number(b, s->version);
  put_byte(b, s->received);
  row_number(b, s->at);
  row_number(b, s->offset_minutes);
  row_text(b, s->receiver);
  put_byte(b, 0);
  row_number(b, (int64_t)s->rules);
  row_text(b, s->code);
  row_number(b, s->kind);
  row_some(b, s->procedure);
  row_time(b, s->has_effective, s->effective);
  row_some(b, s->applicant);
  put_byte(b, s->organisation);
  row_some(b, s->phone);
  row_some(b, s->place);
  row_some(b, s->subject);
  row_number(b, s->channel);
  row_number(b, 0);
  row_some(b, s->handed_in_by);
  row_some(b, s->authority);
  row_some(b, s->help);
  row_some(b, s->urgent);
  row_some(b, s->responsible);
  row_text(b, s->term);
  row_number(b, s->first_due);
  put_byte(b, s->provisional);
  row_number(b, s->consultations);
  for (int i = 0; i < s->consultations; i++) row_mark(b, s->consulted[i]);
  row_number(b, s->steps);
  for (int i = 0; i < s->steps; i++) row_mark(b, s->stepped[i]);
  row_number(b, s->apologies);
  for (int i = 0; i < s->apologies; i++) {
    row_mark(b, s->apologised[i].mark);
    row_text(b, s->apologised[i].cause);
    row_number(b, s->apologised[i].at);
    row_time(b, s->apologised[i].has_settles, s->apologised[i].settles);
    row_time(b, s->apologised[i].has_new_due, s->apologised[i].new_due);
  }
  put_byte(b, s->resolved);
  if (s->resolved) {
    row_mark(b, s->resolution.mark);
    row_number(b, s->resolution.outcome);
    row_some(b, s->resolution.reason);
    row_some(b, s->resolution.document);
    row_some(b, s->resolution.signed_by);
    put_byte(b, s->resolution.closes);
    row_number(b, s->resolution.at);
    row_number(b, s->resolution.day);
  }
  put_byte(b, s->returned);
  if (s->returned) {
    row_mark(b, s->handover.mark);
    row_some(b, s->handover.to);
    row_number(b, s->handover.at);
  }
  put_byte(b, 0);
  put_byte(b, 0);
}

static inline int64_t take_row_number(struct slice *s) { return unzigzag(take_varint(s)); }
static inline struct slice take_row_text(struct slice *s) { return take_slice(s, (uint64_t)take_row_number(s)); }
static inline bool take_row_flag(struct slice *s) { return *take_slice(s, 1).at == 1; }

static inline struct slice take_row_some(struct slice *s) {
  return take_row_flag(s) ? take_row_text(s) : (struct slice){0};
}

static inline struct mark take_row_mark(struct slice *s) {
  struct mark m = {.version = (uint32_t)take_row_number(s)};
  m.day = (int32_t)take_row_number(s);
  return m;
}

static inline int take_row_count(struct slice *s, int most) {
  int64_t count = take_row_number(s);
  if (count < 0 || count > most) die("more of something than the load has");
  return (int)count;
}

static inline void decode_state(struct slice r, struct state *s) {
  memset(s, 0, sizeof *s);
  s->version = (uint32_t)take_row_number(&r);
  s->received = take_row_flag(&r);
  s->at = take_row_number(&r);
  s->offset_minutes = (int32_t)take_row_number(&r);
  s->receiver = take_row_text(&r);
  if (take_row_flag(&r)) die("an imported case");
  s->rules = (uint64_t)take_row_number(&r);
  s->code = take_row_text(&r);
  s->kind = (int)take_row_number(&r);
  s->procedure = take_row_some(&r);
  if ((s->has_effective = take_row_flag(&r))) s->effective = (int32_t)take_row_number(&r);
  s->applicant = take_row_some(&r);
  s->organisation = take_row_flag(&r);
  s->phone = take_row_some(&r);
  s->place = take_row_some(&r);
  s->subject = take_row_some(&r);
  s->channel = (int)take_row_number(&r);
  take_row_count(&r, 0);
  s->handed_in_by = take_row_some(&r);
  s->authority = take_row_some(&r);
  s->help = take_row_some(&r);
  s->urgent = take_row_some(&r);
  s->responsible = take_row_some(&r);
  s->term = take_row_text(&r);
  s->first_due = take_row_number(&r);
  s->provisional = take_row_flag(&r);
  s->consultations = take_row_count(&r, 32);
  for (int i = 0; i < s->consultations; i++) s->consulted[i] = take_row_mark(&r);
  s->steps = take_row_count(&r, 32);
  for (int i = 0; i < s->steps; i++) s->stepped[i] = take_row_mark(&r);
  s->apologies = take_row_count(&r, 8);
  for (int i = 0; i < s->apologies; i++) {
    s->apologised[i].mark = take_row_mark(&r);
    s->apologised[i].cause = take_row_text(&r);
    s->apologised[i].at = take_row_number(&r);
    if ((s->apologised[i].has_settles = take_row_flag(&r))) s->apologised[i].settles = take_row_number(&r);
    if ((s->apologised[i].has_new_due = take_row_flag(&r))) s->apologised[i].new_due = take_row_number(&r);
  }
  if ((s->resolved = take_row_flag(&r))) {
    s->resolution.mark = take_row_mark(&r);
    s->resolution.outcome = (int)take_row_number(&r);
    s->resolution.reason = take_row_some(&r);
    s->resolution.document = take_row_some(&r);
    s->resolution.signed_by = take_row_some(&r);
    s->resolution.closes = take_row_flag(&r);
    s->resolution.at = take_row_number(&r);
    s->resolution.day = (int32_t)take_row_number(&r);
  }
  if ((s->returned = take_row_flag(&r))) {
    s->handover.mark = take_row_mark(&r);
    s->handover.to = take_row_some(&r);
    s->handover.at = take_row_number(&r);
  }
  if (take_row_flag(&r) || take_row_flag(&r) || r.length != 0) die("more in a state than the load has");
}

static inline int64_t due(const struct state *s) {
  for (int i = s->apologies - 1; i >= 0; i--) if (s->apologised[i].has_new_due) return s->apologised[i].new_due;
  return s->first_due;
}

static inline bool is_open(const struct state *s) { return s->received && !s->resolved; }
static inline bool is_ended(const struct state *s) { return s->returned || (s->resolved && s->resolution.closes); }
static inline bool is_resolved_late(const struct state *s) { return s->resolved && s->resolution.at > s->first_due; }

static inline int status(const struct state *s) {
  return is_ended(s) ? 5 : s->resolved ? 4 : s->consultations || s->steps ? 2 : 1;
}

static inline int32_t day(int64_t time, int32_t offset_minutes) {
  int64_t local = time + offset_minutes * INT64_C(60000000), length = INT64_C(86400000000);
  return (int32_t)((local - (local < 0 ? length - 1 : 0)) / length);
}

/// CaseDecider.evolve
static inline void evolve(struct state *s, const struct event *e) {
  int64_t occurred_at = e->recorded_at - e->occurred_before;
  struct mark m = {++s->version, day(e->recorded_at, e->offset_minutes)};
  switch (e->body) {
  case BODY_RECEIVED:
    s->received = true;
    s->at = occurred_at;
    s->offset_minutes = e->offset_minutes;
    s->receiver = e->account;
    s->rules = e->rules;
    s->code = e->received.code;
    s->kind = e->received.kind;
    s->procedure = e->received.procedure;
    s->has_effective = e->received.has_effective;
    s->effective = e->received.effective;
    s->organisation = e->received.organisation;
    s->applicant = e->personal[P_APPLICANT];
    s->phone = e->personal[P_PHONE];
    s->place = e->personal[P_PLACE];
    s->subject = e->personal[P_SUBJECT];
    s->channel = e->received.channel;
    s->handed_in_by = e->personal[P_HANDED_IN_BY];
    s->authority = e->personal[P_AUTHORITY];
    s->help = e->personal[P_HELP];
    s->urgent = e->personal[P_URGENT];
    s->responsible = e->received.responsible;
    s->term = e->received.term;
    s->first_due = e->received.due;
    s->provisional = e->received.provisional;
    break;
  case BODY_CONSULTED: case BODY_PROGRESSED: {
    int *count = e->body == BODY_CONSULTED ? &s->consultations : &s->steps;
    if (*count == 32) die("more steps than the load has");
    (e->body == BODY_CONSULTED ? s->consulted : s->stepped)[(*count)++] = m;
    break;
  }
  case BODY_APOLOGISED: {
    if (s->apologies == 8) die("more apologies than the load has");
    int64_t done = s->resolved ? s->resolution.at : occurred_at, before = due(s);
    bool settles = e->apologised.answers && (e->apologised.has_new_due || done > before);
    int i = s->apologies++;
    s->apologised[i].mark = m;
    s->apologised[i].cause = e->apologised.cause;
    s->apologised[i].at = occurred_at;
    s->apologised[i].has_settles = settles;
    s->apologised[i].settles = before;
    s->apologised[i].has_new_due = e->apologised.has_new_due;
    s->apologised[i].new_due = e->apologised.new_due;
    break;
  }
  case BODY_RESOLVED:
    s->resolved = true;
    s->resolution.mark = m;
    s->resolution.outcome = e->outcome;
    s->resolution.reason = e->personal[P_REASON];
    s->resolution.document = e->personal[P_DOCUMENT];
    s->resolution.signed_by = e->personal[P_SIGNED_BY];
    s->resolution.closes = e->closes;
    s->resolution.at = occurred_at;
    s->resolution.day = day(occurred_at, e->offset_minutes);
    break;
  case BODY_RETURNED:
    s->returned = true;
    s->handover.mark = m;
    s->handover.to = e->personal[P_TO];
    s->handover.at = occurred_at;
    break;
  default: die("an event that the load does not have");
  }
}

// Folding (Sources/Desk/Office/Folding.swift) -----------------------------------------------------------------------

static const char latin[] =
  "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
  "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.llllll."
  ".llnnnnnn...oooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzz."
  "................................oo.............uu..............."
  ".............aaiioouuuuuuuuuu.aaaaaa..ggkkoooo..j...gg..nnaaaaoo"
  "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............"
  "................";
static const char additional[] =
  "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
  "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
  "wwwwwwwwwwxxxxyyzzzzzzhtwy....s.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
  "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

/// Small letters without accents, for the letters that the load has.
static inline void put_folded(struct bytes *b, struct slice s) {
  for (size_t i = 0; i < s.length;) {
    uint32_t c = s.at[i++];
    if (c >= 0xE0 && c < 0xF0 && i + 1 < s.length) {
      c = (c & 0xF) << 12 | (uint32_t)(s.at[i] & 0x3F) << 6 | (s.at[i + 1] & 0x3F);
      i += 2;
    } else if (c >= 0xC0 && c < 0xE0 && i < s.length) {
      c = (c & 0x1F) << 6 | (s.at[i++] & 0x3F);
    }
    if (c >= 'A' && c <= 'Z') put_byte(b, (uint8_t)(c + 32));
    else if (c < 0x80) put_byte(b, (uint8_t)c);
    else if (c >= 0x300 && c <= 0x36F) continue;
    else if (c >= 0xC0 && c < 0x250 && latin[c - 0xC0] != '.') put_byte(b, (uint8_t)latin[c - 0xC0]);
    else if (c >= 0x1E00 && c < 0x1F00 && additional[c - 0x1E00] != '.') put_byte(b, (uint8_t)additional[c - 0x1E00]);
    else die("U+%04X, which the load does not have", c);
  }
}

// Rows (Sources/DeskViews) ------------------------------------------------------------------------------------------

struct row {
  uint8_t key[64], value[1];
  uint8_t key_length, value_length;
};

enum { ROWS = 24 };
struct rows {
  struct row at[ROWS];
  int count;
};

static inline struct row *add_row(struct rows *rows) {
  if (rows->count == ROWS) die("more rows than the load has");
  struct row *row = &rows->at[rows->count++];
  row->key_length = row->value_length = 0;
  return row;
}

static inline void row_key(struct row *row, const void *at, size_t length) {
  if (length > sizeof row->key - row->key_length) die("a key is too long");
  memcpy(row->key + row->key_length, at, length);
  row->key_length = (uint8_t)(row->key_length + length);
}

static inline void row_big(struct row *row, uint64_t value, int width) {
  uint8_t bytes[8];
  for (int i = 0; i < width; i++) bytes[i] = (uint8_t)(value >> 8 * (width - 1 - i));
  row_key(row, bytes, (size_t)width);
}

static inline void row_when(struct row *row, int64_t time) { row_big(row, (uint64_t)time ^ UINT64_C(1) << 63, 8); }
static inline uint32_t ordered_day(int32_t day) { return (uint32_t)day ^ UINT32_C(1) << 31; }
static inline uint8_t group(const struct state *s) { return s->kind == 2 ? 1 : s->kind == 3 ? 2 : 0; }

static inline void due_row(struct rows *rows, uint8_t order, int64_t time, uint64_t number, const struct state *s) {
  struct row *row = add_row(rows);
  row_big(row, order, 1);
  row_when(row, time);
  row_big(row, number, 8);
  row->value[0] = group(s);
  row->value_length = 1;
}

static inline void due_rows(const struct state *s, uint64_t number, struct rows *rows) {
  rows->count = 0;
  if (!s->received) return;
  int64_t latest = due(s);
  if (is_open(s)) {
    due_row(rows, 1, s->first_due, number, s);
    due_row(rows, 2, latest, number, s);
    if (s->urgent.at) due_row(rows, 6, latest, number, s);
  }
  if (is_resolved_late(s)) due_row(rows, 4, s->first_due, number, s);
  if (s->resolved && !is_ended(s)) due_row(rows, 5, s->resolution.at, number, s);
  bool settled = false;
  for (int i = 0; i < s->apologies; i++) settled |= s->apologised[i].has_settles && s->apologised[i].settles == latest;
  if (!is_ended(s) && !settled && (!s->resolved || s->resolution.at > latest)) due_row(rows, 3, latest, number, s);
}

static inline void clerk_rows(const struct state *s, uint64_t number, struct rows *rows) {
  rows->count = 0;
  if (!s->received) return;
  struct row *row = add_row(rows);
  struct slice clerk = s->responsible.at ? s->responsible : s->receiver;
  row_key(row, clerk.at, clerk.length);
  row_big(row, is_open(s) ? 0 : 1, 2);
  row_when(row, due(s));
  row_big(row, number, 8);
}

static inline void status_rows(const struct state *s, uint64_t number, struct rows *rows) {
  rows->count = 0;
  if (!s->received) return;
  struct row *row = add_row(rows);
  row_big(row, (uint64_t)status(s), 1);
  row_when(row, due(s));
  row_big(row, number, 8);
}

static inline void register_row(const struct state *s, uint64_t number, struct rows *rows) {
  rows->count = 0;
  struct row *row = add_row(rows);
  const uint8_t *dash = memrchr(s->code.at, '-', s->code.length);
  if (!dash) die("a code without a serial");
  uint64_t serial = 0;
  for (const uint8_t *c = dash + 1; c < s->code.at + s->code.length; c++) serial = serial * 10 + (uint64_t)(*c - '0');
  row_big(row, ordered_day(day(s->at, s->offset_minutes)), 4);
  row_big(row, serial, 4);
  row_big(row, number, 8);
}

static inline void search_rows(const struct state *s, uint64_t number, struct rows *rows) {
  rows->count = 0;
  struct bytes folded = {.length = 0};
  const struct slice parts[] = {s->applicant, s->code, s->subject};
  for (int i = 0; i < 3; i++) {
    if (!parts[i].at) continue;
    put_folded(&folded, parts[i]);
    put_byte(&folded, ' ');
  }
  for (size_t begin = 0, i = 0; i < folded.length; i++) {
    uint8_t c = folded.at[i];
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) continue;
    size_t length = i - begin;
    bool seen = length == 0;
    for (int j = 0; j < rows->count && !seen; j++)
      seen = rows->at[j].key_length == length + 9 && memcmp(rows->at[j].key, folded.at + begin, length) == 0;
    if (!seen) {
      struct row *row = add_row(rows);
      row_key(row, folded.at + begin, length);
      row_big(row, 0, 1);
      row_big(row, number, 8);
    }
    begin = i + 1;
  }
}

/// What a case counts as: a counter, and its day if it has one.
struct tallied {
  uint8_t group, counter;
  bool has_day;
  int32_t day;
};

static inline int tallied(const struct state *s, struct tallied counts[2]) {
  if (!s->received) return 0;
  counts[0] = (struct tallied){group(s), 0, true, day(s->at, s->offset_minutes)};
  counts[1] = s->resolved ? (struct tallied){group(s), is_resolved_late(s) ? 2 : 1, true, s->resolution.day}
                          : (struct tallied){group(s), 5, false, 0};
  return 2;
}
