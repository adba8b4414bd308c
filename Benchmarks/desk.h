// What motcuad writes for one event, in plain C: the record, the state of a case, and its rows in the views. It knows the
// six kinds of event that the load has, and nothing of LMDB. `floor compare` holds its rows against the daemon's.
#pragma once
#include "bench.h"
#include <stddef.h>

/// Bytes that belong to somebody else; `at` is null for a value that is missing.
struct slice {
  const uint8_t *at;
  size_t length;
};

static inline struct slice text(const char *text) { return (struct slice){(const uint8_t *)text, strlen(text)}; }

/// Bytes that are written one after the other. Begun with `empty`, because zeros in all of it would cost more than most rows.
struct bytes {
  size_t length;
  uint8_t at[4096];
};

static inline struct bytes *empty(struct bytes *b) {
  b->length = 0;
  return b;
}

static inline struct slice all_of(const struct bytes *b) { return (struct slice){b->at, b->length}; }

static inline void put_bytes(struct bytes *b, const void *at, size_t length) {
  if (length > sizeof b->at - b->length) die("a row is too long");
  memcpy(b->at + b->length, at, length);
  b->length += length;
}

static inline void put_slice(struct bytes *b, struct slice s) { if (s.length) put_bytes(b, s.at, s.length); }
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
  struct slice account, role, command_id, sealed, digest;
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
  struct slice prefix;        // that the adopted rules give to codes
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
  put_field(b, 9, e->role);
  put_field(b, 10, e->command_id);
  put_number(b, 12, e->rules);
  if (e->sealed.at) {
    put_number(b, 14, e->slot);
    put_field(b, 15, e->sealed);
  }
  put_field(b, 17, e->digest);
  struct bytes body;
  empty(&body);
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
  put_field(b, e->body, all_of(&body));
}

/// The prefix of codes in the canonical text of the rules, which has nothing else of that name.
static inline struct slice code_prefix(struct slice rules) {
  static const char name[] = "\"codePrefix\":\"";
  const uint8_t *at = memmem(rules.at, rules.length, name, sizeof name - 1);
  if (!at) die("rules without a prefix of codes");
  at += sizeof name - 1;
  const uint8_t *end = memchr(at, '"', (size_t)(rules.at + rules.length - at));
  if (!end || memchr(at, '\\', (size_t)(end - at))) die("a prefix of codes that the load does not have");
  return (struct slice){at, (size_t)(end - at)};
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
    case 2801: e->prefix = code_prefix(v); break;
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
    case 9: e->role = v; break;
    case 10: e->command_id = v; break;
    case 12: e->rules = n; break;
    case 14: e->slot = n; break;
    case 15: e->sealed = v; break;
    case 17: e->digest = v; break;
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

// The state (Sources/DeskViews/Coding/StateCoding.swift) ------------------------------------------------------------

/// What an event has left in its case; the numbers are those of the rows.
enum effect { ADVICE = 1, STEP, APOLOGY, RESULT, HANDOVER };

struct entry {
  uint32_t version;
  enum effect effect;
  int64_t at;
  union {
    struct { struct slice cause; int64_t settles, new_due; bool has_settles, has_new_due; } apology;
    struct { struct slice reason, document, signed_by; int32_t day; int outcome; bool closes; } result;
    struct { struct slice to; } handover;
  };
};

enum { ENTRIES = 12 };
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
  int entries;
  struct entry entry[ENTRIES];
};

/// A state takes no more of the memory than it has entries.
static inline void copy_state(struct state *to, const struct state *from) {
  memcpy(to, from, offsetof(struct state, entry) + (size_t)from->entries * sizeof *from->entry);
}

static inline void clear_state(struct state *s) { memset(s, 0, offsetof(struct state, entry)); }

static inline void row_number(struct bytes *b, int64_t value) { put_varint(b, zigzag(value)); }

static inline void row_text(struct bytes *b, struct slice s) {
  row_number(b, (int64_t)s.length);
  put_slice(b, s);
}

static inline void row_some(struct bytes *b, struct slice s) {
  put_byte(b, s.at != 0);
  if (s.at) row_text(b, s);
}

static inline void row_time(struct bytes *b, bool is_there, int64_t time) {
  put_byte(b, is_there);
  if (is_there) row_number(b, time);
}

static inline void encode_entry(const struct entry *e, struct bytes *b) {
  row_number(b, e->version);
  row_number(b, e->effect);
  switch (e->effect) {
  case ADVICE: case STEP: break;
  case APOLOGY:
    row_text(b, e->apology.cause);
    row_number(b, e->at);
    row_time(b, e->apology.has_settles, e->apology.settles);
    row_time(b, e->apology.has_new_due, e->apology.new_due);
    break;
  case RESULT:
    row_number(b, e->result.outcome);
    row_some(b, e->result.reason);
    row_some(b, e->result.document);
    row_some(b, e->result.signed_by);
    put_byte(b, e->result.closes);
    row_number(b, e->at);
    row_number(b, e->result.day);
    break;
  case HANDOVER:
    row_some(b, e->handover.to);
    row_number(b, e->at);
    break;
  }
}

static inline void encode_state(const struct state *s, struct bytes *b) {
  row_number(b, s->version);
  put_byte(b, s->received);
  if (s->received) {
    row_number(b, s->at);
    row_number(b, s->offset_minutes);
    row_text(b, s->receiver);
    put_byte(b, 0);  // not imported
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
    row_number(b, 0);  // papers
    row_some(b, s->handed_in_by);
    row_some(b, s->authority);
    row_some(b, s->help);
    row_some(b, s->urgent);
    row_some(b, s->responsible);
    row_text(b, s->term);
    row_number(b, s->first_due);
    put_byte(b, s->provisional);
  }
  row_number(b, s->entries);
  for (int i = 0; i < s->entries; i++) encode_entry(&s->entry[i], b);
  row_number(b, 0);  // promises of envelopes
  put_byte(b, 0);    // not erased
}

static inline int64_t take_row_number(struct slice *s) { return unzigzag(take_varint(s)); }
static inline struct slice take_row_text(struct slice *s) { return take_slice(s, (uint64_t)take_row_number(s)); }
static inline bool take_row_flag(struct slice *s) { return *take_slice(s, 1).at == 1; }

static inline struct slice take_row_some(struct slice *s) {
  return take_row_flag(s) ? take_row_text(s) : (struct slice){0};
}

static inline int take_row_count(struct slice *s, int most) {
  int64_t count = take_row_number(s);
  if (count < 0 || count > most) die("more of something than the load has");
  return (int)count;
}

static inline void decode_entry(struct slice *r, struct entry *e) {
  e->version = (uint32_t)take_row_number(r);
  e->effect = (enum effect)take_row_number(r);
  switch (e->effect) {
  case ADVICE: case STEP: break;
  case APOLOGY:
    e->apology.cause = take_row_text(r);
    e->at = take_row_number(r);
    if ((e->apology.has_settles = take_row_flag(r))) e->apology.settles = take_row_number(r);
    if ((e->apology.has_new_due = take_row_flag(r))) e->apology.new_due = take_row_number(r);
    break;
  case RESULT:
    e->result.outcome = (int)take_row_number(r);
    e->result.reason = take_row_some(r);
    e->result.document = take_row_some(r);
    e->result.signed_by = take_row_some(r);
    e->result.closes = take_row_flag(r);
    e->at = take_row_number(r);
    e->result.day = (int32_t)take_row_number(r);
    break;
  case HANDOVER:
    e->handover.to = take_row_some(r);
    e->at = take_row_number(r);
    break;
  default: die("an entry that the load does not have");
  }
}

static inline void decode_state(struct slice r, struct state *s) {
  clear_state(s);
  s->version = (uint32_t)take_row_number(&r);
  if (!(s->received = take_row_flag(&r))) die("a case without a receipt");
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
  s->entries = take_row_count(&r, ENTRIES);
  for (int i = 0; i < s->entries; i++) decode_entry(&r, &s->entry[i]);
  take_row_count(&r, 0);
  if (take_row_flag(&r) || r.length != 0) die("more in a state than the load has");
}

static inline bool has(const struct state *s, enum effect effect) {
  for (int i = 0; i < s->entries; i++) if (s->entry[i].effect == effect) return true;
  return false;
}

/// How many of the entries may make a promise or settle one; with `figures`, may change what is counted.
static inline int concerning(const struct state *s, bool figures) {
  int count = 0;
  for (int i = 0; i < s->entries; i++) {
    enum effect effect = s->entry[i].effect;
    if (effect == APOLOGY || effect == RESULT || (effect == HANDOVER && !figures)) count++;
  }
  return count;
}

/// What decided the case; null while nothing has.
static inline const struct entry *result(const struct state *s) {
  for (int i = s->entries - 1; i >= 0; i--) if (s->entry[i].effect == RESULT) return &s->entry[i];
  return 0;
}

static inline bool is_new_date(const struct entry *e) { return e->effect == APOLOGY && e->apology.has_new_due; }

static inline int64_t due(const struct state *s) {
  for (int i = s->entries - 1; i >= 0; i--) if (is_new_date(&s->entry[i])) return s->entry[i].apology.new_due;
  return s->first_due;
}

static inline bool has_settled(const struct state *s, int64_t due) {
  for (int i = 0; i < s->entries; i++) {
    const struct entry *e = &s->entry[i];
    if (e->effect == APOLOGY && e->apology.has_settles && e->apology.settles == due) return true;
  }
  return false;
}

static inline bool is_enquiry(const struct state *s) { return s->kind == 2; }
static inline bool is_open(const struct state *s) { return s->received && !has(s, RESULT); }

static inline bool is_ended(const struct state *s) {
  const struct entry *end = result(s);
  return has(s, HANDOVER) || (end && (end->result.closes || is_enquiry(s)));
}

static inline int status(const struct state *s) {
  return is_ended(s) ? 5 : has(s, RESULT) ? 4 : has(s, ADVICE) || has(s, STEP) ? 2 : 1;
}

static inline int32_t day(int64_t time, int32_t offset_minutes) {
  int64_t local = time + offset_minutes * INT64_C(60000000), length = INT64_C(86400000000);
  return (int32_t)((local - (local < 0 ? length - 1 : 0)) / length);
}

/// The receipt of a case.
static inline void receive(struct state *s, const struct event *e) {
  if (s->received || s->version != 1) die("a receipt that is not the first event");
  s->received = true;
  s->at = e->recorded_at - e->occurred_before;
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
  // That it is urgent stands outside the seal, and why inside.
  if (e->received.urgent) s->urgent = e->personal[P_URGENT].at ? e->personal[P_URGENT] : text("");
  s->responsible = e->received.responsible;
  s->term = e->received.term;
  s->first_due = e->received.due;
  s->provisional = e->received.provisional;
}

/// CaseDecider.evolve
static inline void evolve(struct state *s, const struct event *e) {
  s->version++;
  if (e->body == BODY_RECEIVED) {
    receive(s, e);
    return;
  }
  if (e->body < BODY_CONSULTED || e->body > BODY_RETURNED) die("an event that the load does not have");
  if (s->entries == ENTRIES) die("more events of a case than the load has");
  int64_t before = due(s);
  const struct entry *end = result(s);
  struct entry *n = &s->entry[s->entries++];
  n->version = s->version;
  n->effect = (enum effect)(e->body - BODY_RECEIVED);
  n->at = e->recorded_at - e->occurred_before;
  switch (n->effect) {
  case ADVICE: case STEP: break;
  case APOLOGY:
    n->apology.cause = e->apologised.cause;
    n->apology.settles = before;
    n->apology.has_settles = e->apologised.answers && (e->apologised.has_new_due || (end ? end->at : n->at) > before);
    n->apology.has_new_due = e->apologised.has_new_due;
    n->apology.new_due = e->apologised.new_due;
    break;
  case RESULT:
    n->result.outcome = e->outcome;
    n->result.reason = e->personal[P_REASON];
    n->result.document = e->personal[P_DOCUMENT];
    n->result.signed_by = e->personal[P_SIGNED_BY];
    n->result.closes = e->closes;
    n->result.day = day(n->at, e->offset_minutes);
    break;
  case HANDOVER: n->handover.to = e->personal[P_TO]; break;
  }
}

// Folding (Sources/Desk/Text/Folding.swift) -------------------------------------------------------------------------

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

// PromisesView: the orders of its keys, and what is added to the group in its values.
enum { OPEN_DATE = 1, OWED_APOLOGY, TO_HAND_OVER, KEPT_LATE, URGENT };
enum { FIRST_MARK = 0x10 };

static inline void promise_row(struct rows *rows, uint8_t order, int64_t time, uint64_t number, uint8_t value) {
  struct row *row = add_row(rows);
  row_big(row, order, 1);
  row_when(row, time);
  row_big(row, number, 8);
  row->value[0] = value;
  row->value_length = 1;
  // The same date twice is one row, and the first date comes first.
  for (int i = 0; i < rows->count - 1; i++)
    if (memcmp(rows->at[i].key, row->key, row->key_length) == 0) {
      rows->count--;
      return;
    }
}

static inline void promise_rows(const struct state *s, uint64_t number, struct rows *rows) {
  rows->count = 0;
  if (!s->received) return;
  int64_t latest = due(s);
  const struct entry *end = result(s);
  if (!end) promise_row(rows, OPEN_DATE, s->first_due, number, group(s) | FIRST_MARK);
  else if (end->at > s->first_due) promise_row(rows, KEPT_LATE, s->first_due, number, group(s));
  if (!end && latest != s->first_due) promise_row(rows, OPEN_DATE, latest, number, group(s));
  if (!is_ended(s) && !has_settled(s, latest) && (!end || end->at > latest))
    promise_row(rows, OWED_APOLOGY, latest, number, group(s));
  if (end && !end->result.closes && !is_enquiry(s) && !has(s, HANDOVER))
    promise_row(rows, TO_HAND_OVER, end->at, number, group(s));
  if (!end && s->urgent.at) promise_row(rows, URGENT, latest, number, group(s));
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
  struct bytes folded;
  empty(&folded);
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

// The figures (Sources/Desk/Scorecard, Sources/DeskViews/Views/CellsView.swift) ------------------------------------

/// The key of a cell, and where the key of its row over all days ends: with `total`, there is one.
struct cell {
  uint8_t key[192];
  size_t length, prefix;
  bool total;
};

enum { CELLS_OF_A_CASE = 3 + ENTRIES };
struct cells {
  struct cell at[CELLS_OF_A_CASE];
  int count;
};

static inline void cell_bytes(struct cell *c, const void *at, size_t length) {
  if (length > sizeof c->key - c->length) die("a key is too long");
  memcpy(c->key + c->length, at, length);
  c->length += length;
}

static inline void cell_big(struct cell *c, uint64_t value, int width) {
  for (int i = 0; i < width; i++) {
    uint8_t byte = (uint8_t)(value >> 8 * (width - 1 - i));
    cell_bytes(c, &byte, 1);
  }
}

/// Its length first; 254 for none.
static inline void cell_name(struct cell *c, struct slice name) {
  if (name.length > 64) die("a longer name than the load has");
  cell_big(c, name.at ? name.length : 254, 1);
  if (name.length) cell_bytes(c, name.at, name.length);
}

/// Begins a cell; what it is counted at and the rest are added by `end_cell`.
static inline struct cell *add_cell(struct cells *cells, const char *unit, const struct state *s, uint8_t part) {
  if (cells->count == CELLS_OF_A_CASE) die("more figures of a case than the load has");
  struct cell *c = &cells->at[cells->count++];
  c->length = 0;
  cell_name(c, text(unit));
  cell_big(c, (uint64_t)s->kind, 1);
  cell_big(c, part, 1);
  c->prefix = c->length;
  return c;
}

static inline void end_cell(struct cell *c, int channel, struct slice procedure, struct slice person) {
  cell_big(c, 0, 1);  // not imported
  cell_big(c, (uint64_t)channel, 1);
  cell_big(c, 0, 1);  // no working minutes
  cell_name(c, procedure);
  cell_name(c, person);
}

static inline void cell_day(struct cell *c, int32_t day) {
  c->total = true;
  cell_big(c, 1, 1);
  cell_big(c, ordered_day(day), 4);
}

/// One date that was given: kept, or broken, as an open one counts.
static inline void date_cell(struct cells *cells, const struct state *s, bool is_first, int64_t due) {
  const struct entry *end = result(s);
  bool is_broken = !end || end->at > due;
  struct cell *c = add_cell(cells, "dates", s, (uint8_t)((is_first ? 1 : 4) + (is_broken ? 1 : 0)));
  c->total = false;
  cell_big(c, 2, 1);
  cell_big(c, (uint64_t)due ^ UINT64_C(1) << 63, 8);
  end_cell(c, s->channel, s->procedure, s->responsible.at ? s->responsible : s->receiver);
}

/// Everything that a case adds to the figures.
static inline void cells_of(const struct state *s, struct cells *cells) {
  cells->count = 0;
  if (!s->received) return;
  if (s->kind != 1) die("a kind of case that the load does not have");
  struct cell *c = add_cell(cells, "receptions", s, s->channel == 2 ? 1 : 2);
  cell_day(c, day(s->at, s->offset_minutes));
  end_cell(c, s->channel, s->procedure, (struct slice){0});
  const struct entry *end = result(s);
  if (end) {
    c = add_cell(cells, "endings", s, end->at > s->first_due ? 2 : 1);
    cell_day(c, end->result.day);
    end_cell(c, 0, (struct slice){0}, (struct slice){0});
  }
  date_cell(cells, s, true, s->first_due);
  for (int i = 0; i < s->entries; i++) if (is_new_date(&s->entry[i])) date_cell(cells, s, false, s->entry[i].apology.new_due);
}
