// The floor: what motcuad writes, written in plain C. What Swift and the wire cost is what lies between.
//
// Modes:
//   commit   the same commit as the daemon's for the load's events, --batch to a commit, into a new directory --target:
//            ledger, keys and views as in docs/formats. Deciding and the socket are missing, nothing else.
//   bulk     all views of a ledger, 10,000 events to a transaction, as a replay writes them: --target is a data directory
//            that no daemon has open, --other a new directory for the views. With --plain what is sealed was opened before.
//   compare  holds the views in --other against those in --target, row for row.
#include "desk.h"
#include <fcntl.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static struct options o;

// LMDB --------------------------------------------------------------------------------------------------------------

static void check(int code, const char *what) {
  if (code != MDB_SUCCESS) die("%s: %s", what, mdb_strerror(code));
}

enum { META, STREAMS, COMMANDS, TREE, CASES, CODES, DUE, CLERK, STATUS, REGISTER, SEARCH, TALLY, ERASED, TABLES };
static const char *const table_names[TABLES] = {"meta",   "streams", "commands", "tree",   "cases",  "codes", "due",
                                                "clerk", "status",  "register", "search", "tally", "erased"};

struct views {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi tables[TABLES];
};

struct ledger {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi events, meta;
};

static MDB_env *open_environment(const char *directory, const char *name, unsigned flags) {
  char path[512];
  if (snprintf(path, sizeof path, "%s%s%s", directory, *name ? "/" : "", name) >= (int)sizeof path) die("a path is too long");
  if (!(flags & MDB_RDONLY) && mkdir(path, 0700) != 0) die("%s: %s", path, strerror(errno));
  MDB_env *env;
  check(mdb_env_create(&env), "mdb_env_create");
  check(mdb_env_set_mapsize(env, (size_t)64 << 30), "mdb_env_set_mapsize");
  check(mdb_env_set_maxdbs(env, TABLES + 4), "mdb_env_set_maxdbs");
  check(mdb_env_open(env, path, MDB_NOTLS | flags, 0600), path);
  return env;
}

static void open_views(struct views *v, const char *directory, const char *name, unsigned flags) {
  v->env = open_environment(directory, name, flags | MDB_NOSYNC);
  check(mdb_txn_begin(v->env, 0, flags & MDB_RDONLY, &v->txn), "mdb_txn_begin");
  for (int i = 0; i < TABLES; i++)
    check(mdb_dbi_open(v->txn, table_names[i], flags & MDB_RDONLY ? 0 : MDB_CREATE, &v->tables[i]), table_names[i]);
  check(mdb_txn_commit(v->txn), "mdb_txn_commit");
}

static void open_ledger(struct ledger *l, const char *directory, unsigned flags) {
  l->env = open_environment(directory, "ledger", flags);
  check(mdb_txn_begin(l->env, 0, flags & MDB_RDONLY, &l->txn), "mdb_txn_begin");
  check(mdb_dbi_open(l->txn, "events", flags & MDB_RDONLY ? 0 : MDB_CREATE, &l->events), "events");
  check(mdb_dbi_open(l->txn, "meta", flags & MDB_RDONLY ? 0 : MDB_CREATE, &l->meta), "meta");
  check(mdb_txn_commit(l->txn), "mdb_txn_commit");
}

static MDB_val value(const void *at, size_t length) { return (MDB_val){length, (void *)(uintptr_t)at}; }

static bool get(MDB_txn *txn, MDB_dbi table, const void *key, size_t length, MDB_val *found) {
  MDB_val k = value(key, length);
  int code = mdb_get(txn, table, &k, found);
  if (code != MDB_NOTFOUND) check(code, "mdb_get");
  return code == MDB_SUCCESS;
}

static void put(MDB_txn *txn, MDB_dbi table, const void *key, size_t key_length, const void *at, size_t length, unsigned flags) {
  MDB_val k = value(key, key_length), v = value(at, length);
  check(mdb_put(txn, table, &k, &v, flags), "mdb_put");
}

/// The last key that is not after one; false when there is none.
static bool at_or_before(MDB_txn *txn, MDB_dbi table, const void *key, size_t length, MDB_val *k) {
  MDB_cursor *cursor;
  MDB_val v;
  check(mdb_cursor_open(txn, table, &cursor), "mdb_cursor_open");
  *k = value(key, length);
  int code = mdb_cursor_get(cursor, k, &v, MDB_SET_RANGE);
  if (code == MDB_NOTFOUND) code = mdb_cursor_get(cursor, k, &v, MDB_LAST);
  else if (code == MDB_SUCCESS && (k->mv_size != length || memcmp(k->mv_data, key, length) != 0))
    code = mdb_cursor_get(cursor, k, &v, MDB_PREV);
  if (code != MDB_NOTFOUND) check(code, "mdb_cursor_get");
  mdb_cursor_close(cursor);
  return code == MDB_SUCCESS;
}

// Hashes and seals --------------------------------------------------------------------------------------------------

static EVP_MD_CTX *md_context;
static EVP_MD *sha256;
static EVP_CIPHER_CTX *seal_context;
static EVP_CIPHER *gcm;

static void one(int code, const char *what) {
  if (code != 1) die("OpenSSL: %s", what);
}

static void start_crypto(void) {
  md_context = EVP_MD_CTX_new();
  seal_context = EVP_CIPHER_CTX_new();
  sha256 = EVP_MD_fetch(0, "SHA256", 0);
  gcm = EVP_CIPHER_fetch(0, "AES-256-GCM", 0);
  if (!md_context || !seal_context || !sha256 || !gcm) die("OpenSSL has not what is needed");
}

static void hash(uint8_t prefix, struct slice a, struct slice b, uint8_t out[32]) {
  one(EVP_DigestInit_ex2(md_context, sha256, 0), "EVP_DigestInit");
  one(EVP_DigestUpdate(md_context, &prefix, 1), "EVP_DigestUpdate");
  one(EVP_DigestUpdate(md_context, a.at, a.length), "EVP_DigestUpdate");
  if (b.length) one(EVP_DigestUpdate(md_context, b.at, b.length), "EVP_DigestUpdate");
  one(EVP_DigestFinal_ex(md_context, out, 0), "EVP_DigestFinal");
}

/// nonce (12), ciphertext, tag (16)
static void seal(const uint8_t key[32], struct slice plain, struct slice additional, uint8_t *out) {
  int length;
  one(RAND_bytes(out, 12), "RAND_bytes");
  one(EVP_EncryptInit_ex2(seal_context, gcm, key, out, 0), "EVP_EncryptInit");
  one(EVP_EncryptUpdate(seal_context, 0, &length, additional.at, (int)additional.length), "EVP_EncryptUpdate");
  one(EVP_EncryptUpdate(seal_context, out + 12, &length, plain.at, (int)plain.length), "EVP_EncryptUpdate");
  one(EVP_EncryptFinal_ex(seal_context, out + 12 + length, &length), "EVP_EncryptFinal");
  one(EVP_CIPHER_CTX_ctrl(seal_context, EVP_CTRL_GCM_GET_TAG, 16, out + 12 + plain.length), "the tag");
}

static void unseal(const uint8_t key[32], const uint8_t *nonce, struct slice sealed, const uint8_t *tag,
                   struct slice additional, uint8_t *out) {
  int length;
  one(EVP_DecryptInit_ex2(seal_context, gcm, key, nonce, 0), "EVP_DecryptInit");
  one(EVP_CIPHER_CTX_ctrl(seal_context, EVP_CTRL_GCM_SET_TAG, 16, (void *)(uintptr_t)tag), "the tag");
  one(EVP_DecryptUpdate(seal_context, 0, &length, additional.at, (int)additional.length), "EVP_DecryptUpdate");
  one(EVP_DecryptUpdate(seal_context, out, &length, sealed.at, (int)sealed.length), "EVP_DecryptUpdate");
  one(EVP_DecryptFinal_ex(seal_context, out + length, &length), "a seal is broken");
}

static struct slice additional_data(uint64_t slot, int body, struct bytes *b) {
  b->length = 0;
  put_big(b, slot, 8);
  put_big(b, (uint64_t)body, 4);
  return (struct slice){b->at, b->length};
}

// Keys (Sources/EventStore/Keys.swift) ------------------------------------------------------------------------------

enum { CACHED = 4096 };
static uint8_t master[32];
static int slots_fd = -1;
static uint64_t slots = 1;
static struct { uint64_t slot; uint8_t key[32]; } cache[CACHED];

/// Makes slots up to `last` and 1,024 more, durable.
static void prepare_keys(uint64_t last) {
  if (last < slots) return;
  uint64_t end = last + 1025;
  uint8_t *made = malloc((end - slots) * 64);
  if (!made) die("no memory");
  for (uint64_t slot = slots; slot < end; slot++) {
    uint8_t key[32], box[60], *at = made + (slot - slots) * 64, bound[8];
    for (int i = 0; i < 8; i++) bound[i] = (uint8_t)(slot >> (56 - 8 * i));
    one(RAND_bytes(key, 32), "RAND_bytes");
    seal(master, (struct slice){key, 32}, (struct slice){bound, 8}, box);
    memcpy(at, box + 12, 32);
    memcpy(at + 32, box, 12);
    memcpy(at + 44, box + 44, 16);
    memcpy(at + 60, "K1\0\0", 4);
  }
  ssize_t length = (ssize_t)((end - slots) * 64);
  if (pwrite(slots_fd, made, (size_t)length, (off_t)(slots * 64)) != length) die("slots: %s", strerror(errno));
  if (fdatasync(slots_fd) != 0) die("slots: %s", strerror(errno));
  free(made);
  slots = end;
}

static const uint8_t *key_of(uint64_t slot) {
  if (cache[slot % CACHED].slot == slot) return cache[slot % CACHED].key;
  uint8_t bytes[64], bound[8];
  if (pread(slots_fd, bytes, 64, (off_t)(slot * 64)) != 64) die("key %" PRIu64 " is missing", slot);
  for (int i = 0; i < 8; i++) bound[i] = (uint8_t)(slot >> (56 - 8 * i));
  unseal(master, bytes + 32, (struct slice){bytes, 32}, bytes + 44, (struct slice){bound, 8}, cache[slot % CACHED].key);
  cache[slot % CACHED].slot = slot;
  return cache[slot % CACHED].key;
}

static void open_keys(const char *directory, bool makes) {
  char path[512];
  snprintf(path, sizeof path, "%s/keys", directory);
  if (makes && mkdir(path, 0700) != 0) die("%s: %s", path, strerror(errno));
  snprintf(path, sizeof path, "%s/keys/master", directory);
  int fd = open(path, makes ? O_RDWR | O_CREAT | O_EXCL : O_RDONLY, 0600);
  if (makes) one(RAND_bytes(master, 32), "RAND_bytes");
  if (fd < 0 || (makes ? write(fd, master, 32) : read(fd, master, 32)) != 32) die("%s: %s", path, strerror(errno));
  close(fd);
  snprintf(path, sizeof path, "%s/keys/slots", directory);
  slots_fd = open(path, makes ? O_RDWR | O_CREAT | O_EXCL : O_RDONLY, 0600);
  if (slots_fd < 0 || (makes && pwrite(slots_fd, "motcua keys 1\n", 14, 0) != 14)) die("%s: %s", path, strerror(errno));
}

// The tree (Sources/MerkleTree/Frontier.swift) ----------------------------------------------------------------------

static struct { uint64_t size; int peaks; uint8_t peak[64][32]; } tree;

/// Adds a leaf; the inner nodes that it completes go to `nodes`, and their number is returned.
static int add_leaf(const uint8_t leaf[32], uint8_t nodes[64][32]) {
  uint8_t top[32];
  memcpy(top, leaf, 32);
  int completed = __builtin_ctzll(~tree.size);
  for (int i = 0; i < completed; i++) {
    hash(1, (struct slice){tree.peak[--tree.peaks], 32}, (struct slice){top, 32}, top);
    memcpy(nodes[i], top, 32);
  }
  memcpy(tree.peak[tree.peaks++], top, 32);
  tree.size++;
  return completed;
}

// The views ---------------------------------------------------------------------------------------------------------

static bool same_key(const struct row *a, const struct row *b) {
  return a->key_length == b->key_length && memcmp(a->key, b->key, a->key_length) == 0;
}

static bool contains(const struct rows *rows, const struct row *row, bool with_value) {
  for (int i = 0; i < rows->count; i++)
    if (same_key(&rows->at[i], row) &&
        (!with_value || (rows->at[i].value_length == row->value_length && rows->at[i].value[0] == row->value[0])))
      return true;
  return false;
}

static void update(struct views *v, int table, const struct rows *old, const struct rows *new) {
  for (int i = 0; i < old->count; i++) {
    if (contains(new, &old->at[i], false)) continue;
    MDB_val k = value(old->at[i].key, old->at[i].key_length);
    check(mdb_del(v->txn, v->tables[table], &k, 0), table_names[table]);
  }
  for (int i = 0; i < new->count; i++)
    if (!contains(old, &new->at[i], true))
      put(v->txn, v->tables[table], new->at[i].key, new->at[i].key_length, new->at[i].value, new->at[i].value_length, 0);
}

static void count(struct views *v, const struct tallied *c, int64_t change) {
  for (int with_day = 0; with_day <= (c->has_day ? 1 : 0); with_day++) {
    struct bytes key = {.length = 0}, sum = {.length = 0};
    put_byte(&key, c->group);
    put_byte(&key, c->counter);
    put_byte(&key, (uint8_t)with_day);
    if (with_day) put_big(&key, ordered_day(c->day), 4);
    MDB_val found;
    int64_t now = get(v->txn, v->tables[TALLY], key.at, key.length, &found) ? (int64_t)big(found.mv_data, 8) : 0;
    put_big(&sum, (uint64_t)(now + change), 8);
    MDB_val k = value(key.at, key.length);
    if (now + change == 0) check(mdb_del(v->txn, v->tables[TALLY], &k, 0), "tally");
    else put(v->txn, v->tables[TALLY], key.at, key.length, sum.at, sum.length, 0);
  }
}

/// The state of a case, its parts lying in `row`, which is a copy: LMDB's own bytes go when it writes.
static void read_state(struct views *v, uint64_t number, struct bytes *row, struct state *s) {
  struct bytes key = {.length = 0};
  MDB_val found;
  put_big(&key, number, 8);
  row->length = 0;
  if (!get(v->txn, v->tables[CASES], key.at, key.length, &found)) {
    memset(s, 0, sizeof *s);
    return;
  }
  put_bytes(row, found.mv_data, found.mv_size);
  decode_state((struct slice){row->at, row->length}, s);
}

/// DeskViews.apply
static void apply(struct views *v, const struct event *e, const struct state *before) {
  static struct rows old, new;
  static struct state after;
  static const struct rows none;
  uint64_t number = e->stream;
  struct bytes key = {.length = 0}, row = {.length = 0};
  after = *before;
  evolve(&after, e);
  put_big(&key, number, 8);
  encode_state(&after, &row);
  put(v->txn, v->tables[CASES], key.at, key.length, row.at, row.length, 0);
  if (!before->received) {
    struct bytes code = {.length = 0};
    put_folded(&code, after.code);
    put(v->txn, v->tables[CODES], code.at, code.length, key.at, key.length, 0);
    register_row(&after, number, &new);
    update(v, REGISTER, &none, &new);
  }
  due_rows(before, number, &old), due_rows(&after, number, &new), update(v, DUE, &old, &new);
  clerk_rows(before, number, &old), clerk_rows(&after, number, &new), update(v, CLERK, &old, &new);
  status_rows(before, number, &old), status_rows(&after, number, &new), update(v, STATUS, &old, &new);
  // The load changes neither name, code nor subject after the receipt.
  if (!before->received) search_rows(&after, number, &new), update(v, SEARCH, &none, &new);
  struct tallied was[2], is_[2];
  int was_count = tallied(before, was), is_count = tallied(&after, is_);
  for (int i = 0; i < was_count; i++) if (memcmp(&was[i], &is_[i], sizeof *was) != 0) count(v, &was[i], -1);
  for (int i = 0; i < is_count; i++)
    if (i >= was_count || memcmp(&was[i], &is_[i], sizeof *was) != 0) count(v, &is_[i], 1);
}

static void command_key(const struct event *e, struct bytes *key) {
  key->length = 0;
  put_bytes(key, e->command_id.at, e->command_id.length);
  put_big(key, e->uid, 4);
}

/// Views.index
static void index_event(struct views *v, const struct event *e, uint64_t position, uint8_t nodes[64][32], int completed) {
  struct bytes at = {.length = 0}, key = {.length = 0}, row = {.length = 0};
  put_big(&at, position, 8);
  if (completed > 0) put(v->txn, v->tables[TREE], at.at, at.length, nodes, (size_t)completed * 32, 0);
  put_big(&key, e->stream, 8);
  put_big(&key, e->version, 4);
  put(v->txn, v->tables[STREAMS], key.at, key.length, at.at, at.length, 0);
  command_key(e, &key);
  MDB_val found;
  if (get(v->txn, v->tables[COMMANDS], key.at, key.length, &found)) put_bytes(&row, found.mv_data, 8);
  else put_bytes(&row, at.at, 8);
  put_bytes(&row, at.at, 8);
  put_bytes(&row, e->command_digest.at, e->command_digest.length);
  put(v->txn, v->tables[COMMANDS], key.at, key.length, row.at, row.length, 0);
}

static void reach(struct views *v, uint64_t position, const uint8_t leaf[32]) {
  struct bytes row = {.length = 0};
  put_big(&row, position, 8);
  put_bytes(&row, leaf, 32);
  put(v->txn, v->tables[META], "reached", 7, row.at, row.length, 0);
}

// commit ------------------------------------------------------------------------------------------------------------

/// What one client of the load sends next, as far as the writer's thread needs it.
struct caller {
  struct worker work;
  char code[64];
};

static const int bodies[] = {BODY_RECEIVED, BODY_CONSULTED, BODY_PROGRESSED, BODY_APOLOGISED, BODY_RESOLVED, BODY_RETURNED};

/// CommandWriter.execute: everything but the decision itself.
static void execute(struct ledger *l, struct views *v, struct caller *c, uint8_t leaf[32]) {
  static struct state state;
  static struct event e;
  static struct bytes row;
  struct bytes key = {.length = 0};
  int64_t now = (int64_t)wall_us();
  const struct step *s = next_step(&c->work);
  const uint8_t *id = s->uuid;
  uint8_t digest[32];
  MDB_val found;
  memset(&e, 0, sizeof e);
  e.command_id = (struct slice){id, 16};
  e.account = text("root");
  e.rules = 1;
  e.recorded_at = now;
  e.offset_minutes = 420;
  e.body = bodies[s->type];
  // Seen before? By the caller, then by anybody.
  command_key(&e, &key);
  if (get(v->txn, v->tables[COMMANDS], key.at, key.length, &found)) die("a command id twice");
  MDB_cursor *cursor;
  check(mdb_cursor_open(v->txn, v->tables[COMMANDS], &cursor), "mdb_cursor_open");
  MDB_val k = value(id, 16);
  int code = mdb_cursor_get(cursor, &k, &found, MDB_SET_RANGE);
  if (code != MDB_NOTFOUND) check(code, "mdb_cursor_get");
  if (code == MDB_SUCCESS && k.mv_size >= 16 && memcmp(k.mv_data, id, 16) == 0) die("a command id twice");
  mdb_cursor_close(cursor);
  if (s->type == RECEIVED) {
    // The next free serial of the day, its code, the next number, its key.
    struct bytes last = {.length = 0}, folded = {.length = 0};
    int32_t today = day(now, 420);
    put_big(&last, ordered_day(today), 4);
    put_big(&last, UINT32_MAX, 4);
    put_big(&last, UINT64_MAX, 8);
    uint64_t serial = 1;
    if (at_or_before(v->txn, v->tables[REGISTER], last.at, last.length, &found) && memcmp(found.mv_data, last.at, 4) == 0)
      serial = big((const uint8_t *)found.mv_data + 4, 4) + 1;
    snprintf(c->code, sizeof c->code, "H56.26.07-261125-%04" PRIu64, serial);
    put_folded(&folded, text(c->code));
    if (get(v->txn, v->tables[CODES], folded.at, folded.length, &found)) die("a code twice");
    memset(last.at, 0xFF, 12);
    uint64_t number = at_or_before(v->txn, v->tables[STREAMS], last.at, 12, &found) ? big(found.mv_data, 8) + 1 : 1;
    prepare_keys(number);
    memset(&state, 0, sizeof state);
    e.stream = number;
  } else {
    struct bytes folded = {.length = 0};
    put_folded(&folded, text(c->code));
    if (!get(v->txn, v->tables[CODES], folded.at, folded.length, &found)) die("no such code");
    e.stream = big(found.mv_data, 8);
    read_state(v, e.stream, &row, &state);
  }
  e.version = state.version + 1;
  e.slot = e.stream;
  const uint8_t *case_key = key_of(e.slot);
  uint8_t commitment[32];
  switch (s->type) {
  case RECEIVED:
    hash(2, (struct slice){case_key, 32}, (struct slice){0}, commitment);
    e.received.code = text(c->code);
    e.received.kind = e.received.channel = 1;
    e.received.procedure = text("cai-chinh");
    e.received.has_effective = true;
    e.received.effective = 16801;
    e.received.term = text("3 working days");
    e.received.due = s->due_us;
    e.received.commitment = (struct slice){commitment, 32};
    e.personal[P_APPLICANT] = text(c->work.applicant);
    e.personal[P_PHONE] = text("0912345678");
    e.personal[P_PLACE] = text("Tổ 4, thôn Hoa Sen");
    e.personal[P_SUBJECT] = text("Cải chính họ tên trong giấy khai sinh");
    break;
  case CONSULTED:
    e.personal[P_QUESTION] = text("Khi nào có kết quả, cần mang theo giấy tờ gì?");
    e.personal[P_GUIDANCE] = text("Đúng hẹn, mang theo giấy hẹn và căn cước công dân.");
    break;
  case PROGRESSED:
    e.personal[P_STEP] = text("Thẩm tra hồ sơ, đối chiếu sổ gốc và xác minh tại tổ dân phố");
    e.personal[P_BY] = text("Trần Văn Bình");
    e.personal[P_GROUP] = text("Tư pháp – hộ tịch");
    break;
  case APOLOGISED:
    e.apologised.cause = text("late");
    e.apologised.has_new_due = e.apologised.answers = true;
    e.apologised.new_due = s->due_us;
    e.personal[P_TEXT] = text("Xin lỗi ông/bà: sổ gốc tìm thấy muộn.");
    e.personal[P_SIGNATORY] = text("Lê Thị Mai");
    break;
  case RESOLVED:
    e.outcome = 1;
    e.personal[P_DOCUMENT] = text("1234/TLHT");
    e.personal[P_SIGNED_BY] = text("Phạm Minh Sơn");
    break;
  case RETURNED: e.personal[P_TO] = text(c->work.applicant); break;
  }
  struct bytes plain = {.length = 0}, sealed = {.length = 0}, bound, record_ = {.length = 0};
  encode_personal(&e, &plain);
  if (!HMAC(EVP_sha256(), master, 32, plain.at, plain.length, digest, 0)) die("HMAC");
  e.command_digest = (struct slice){digest, 16};
  seal(case_key, (struct slice){plain.at, plain.length}, additional_data(e.slot, e.body, &bound), sealed.at);
  sealed.length = plain.length + 28;
  e.sealed = (struct slice){sealed.at, sealed.length};
  encode_record(&e, &record_);
  // Batch.append
  hash(0, (struct slice){record_.at, record_.length}, (struct slice){0}, leaf);
  struct bytes last = {.length = 0}, entry = {.length = 0}, position = {.length = 0};
  put_big(&last, e.stream, 8);
  put_big(&last, UINT32_MAX, 4);
  if (at_or_before(v->txn, v->tables[STREAMS], last.at, last.length, &found) && big(found.mv_data, 8) == e.stream &&
      big((const uint8_t *)found.mv_data + 8, 4) + 1 != e.version)
    die("a version conflict");
  put_big(&position, tree.size + 1, 8);
  put_bytes(&entry, leaf, 32);
  put_bytes(&entry, record_.at, record_.length);
  put(l->txn, l->events, position.at, 8, entry.at, entry.length, MDB_APPEND);
  uint8_t nodes[64][32];
  int completed = add_leaf(leaf, nodes);
  index_event(v, &e, tree.size, nodes, completed);
  apply(v, &e, &state);
}

static void commit(void) {
  static struct histogram h;
  if (mkdir(o.target, 0700) != 0) die("%s: %s", o.target, strerror(errno));
  struct ledger l;
  struct views v;
  open_keys(o.target, true);
  open_ledger(&l, o.target, 0);
  open_views(&v, o.target, "views", 0);
  struct caller *callers = calloc((size_t)o.batch, sizeof *callers);
  if (!callers) die("no memory");
  for (int i = 0; i < o.batch; i++) callers[i].work = worker(i, o.batch);
  struct span span_ = span(&o);
  uint64_t done = 0, measured_from = 0, now = now_ns();
  while (now < span_.until && done < span_.end_count) {
    uint64_t start = now;
    uint8_t leaf[32];
    struct statvfs space;
    if (statvfs(o.target, &space) != 0) die("statvfs: %s", strerror(errno));
    check(mdb_txn_begin(l.env, 0, 0, &l.txn), "mdb_txn_begin");
    check(mdb_txn_begin(v.env, 0, 0, &v.txn), "mdb_txn_begin");
    MDB_val head;
    if (get(l.txn, l.meta, "head", 4, &head) ? big(head.mv_data, 8) != tree.size : tree.size != 0) die("another head");
    for (int i = 0; i < o.batch; i++) execute(&l, &v, &callers[i], leaf);
    struct bytes frontier = {.length = 0};
    put_big(&frontier, tree.size, 8);
    for (int i = 0; i < tree.peaks; i++) put_bytes(&frontier, tree.peak[i], 32);
    put(l.txn, l.meta, "head", 4, frontier.at, frontier.length, 0);
    reach(&v, tree.size, leaf);
    check(mdb_txn_commit(l.txn), "the ledger's commit");
    check(mdb_txn_commit(v.txn), "the views' commit");
    now = now_ns();
    done += (uint64_t)o.batch;
    if (now < span_.from || now >= span_.until) continue;
    if (measured_from == 0) measured_from = start;
    // Each command of the batch waited for all of it.
    for (int i = 0; i < o.batch; i++) record(&h, now - start);
  }
  report("commit", o.batch, &h, now - (measured_from ? measured_from : span_.from), done);
  mdb_env_close(l.env);
  mdb_env_close(v.env);
}

// bulk --------------------------------------------------------------------------------------------------------------

/// Opens what is sealed of a record into `plain`.
static void open_sealed(const struct event *e, struct bytes *plain) {
  struct bytes bound;
  plain->length = 0;
  if (!e->sealed.at) return;
  if (e->sealed.length < 28 || e->sealed.length - 28 > sizeof plain->at) die("a seal of another length");
  struct slice cipher = {e->sealed.at + 12, e->sealed.length - 28};
  unseal(key_of(e->slot), e->sealed.at, cipher, cipher.at + cipher.length, additional_data(e->slot, e->body, &bound), plain->at);
  plain->length = cipher.length;
}

/// What was unsealed of all records before, one after the other, each after its length.
static struct { uint8_t *at; size_t length, capacity; } opened;

static void keep_opened(const struct bytes *plain) {
  uint16_t length = (uint16_t)plain->length;
  if (opened.capacity - opened.length < sizeof length + plain->length) {
    opened.capacity = opened.capacity ? opened.capacity * 2 : 1 << 24;
    if (!(opened.at = realloc(opened.at, opened.capacity))) die("no memory");
  }
  memcpy(opened.at + opened.length, &length, sizeof length);
  memcpy(opened.at + opened.length + sizeof length, plain->at, length);
  opened.length += sizeof length + length;
}

/// Goes through the ledger in read transactions of 10,000 records. Without views it only opens what is sealed.
static uint64_t walk(struct ledger *l, struct views *v, bool unseals) {
  static struct event e;
  static struct state state;
  static struct bytes row, plain;
  uint64_t done = 0;
  size_t kept = 0;
  for (;;) {
    MDB_cursor *cursor;
    uint64_t first = done;
    uint8_t leaf[32], nodes[64][32];
    check(mdb_txn_begin(l->env, 0, MDB_RDONLY, &l->txn), "mdb_txn_begin");
    if (v) check(mdb_txn_begin(v->env, 0, 0, &v->txn), "mdb_txn_begin");
    check(mdb_cursor_open(l->txn, l->events, &cursor), "mdb_cursor_open");
    struct bytes from = {.length = 0};
    put_big(&from, done + 1, 8);
    MDB_val k = value(from.at, 8), r;
    int code = mdb_cursor_get(cursor, &k, &r, MDB_SET_RANGE);
    for (; code == MDB_SUCCESS && done < first + 10000; code = mdb_cursor_get(cursor, &k, &r, MDB_NEXT)) {
      if (big(k.mv_data, 8) != ++done || r.mv_size < 32) die("event %" PRIu64 " is not there", done);
      decode_record((struct slice){(const uint8_t *)r.mv_data + 32, r.mv_size - 32}, &e);
      if (unseals) {
        open_sealed(&e, &plain);
        if (!v) keep_opened(&plain);
      } else {
        uint16_t length;
        memcpy(&length, opened.at + kept, sizeof length);
        plain.length = 0;
        put_bytes(&plain, opened.at + kept + sizeof length, length);
        kept += sizeof length + length;
      }
      if (!v) continue;
      decode_personal((struct slice){plain.at, plain.length}, &e);
      memcpy(leaf, r.mv_data, 32);
      int completed = add_leaf(leaf, nodes);
      if (e.body != BODY_RULES) {
        read_state(v, e.stream, &row, &state);
        apply(v, &e, &state);
      }
      index_event(v, &e, done, nodes, completed);
    }
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND) check(code, "mdb_cursor_get");
    mdb_cursor_close(cursor);
    mdb_txn_abort(l->txn);
    if (v) {
      if (done > first) reach(v, done, leaf);
      check(mdb_txn_commit(v->txn), "the views' commit");
    }
    if (done == first) return done;
  }
}

static void bulk(void) {
  struct ledger l;
  struct views v;
  if (!o.other) die("--other: where the views go");
  open_keys(o.target, false);
  open_ledger(&l, o.target, MDB_RDONLY);
  if (o.plain) walk(&l, 0, true);
  uint64_t begin = now_ns();
  open_views(&v, o.other, "", 0);
  uint64_t events = walk(&l, &v, !o.plain);
  report_bulk(o.plain ? "bulk-plain" : "bulk", events, now_ns() - begin);
  mdb_env_close(l.env);
  mdb_env_close(v.env);
}

static void compare(void) {
  struct views a, b;
  uint64_t rows = 0;
  if (!o.other) die("--other: the other views");
  open_views(&a, o.target, "", MDB_RDONLY);
  open_views(&b, o.other, "", MDB_RDONLY);
  check(mdb_txn_begin(a.env, 0, MDB_RDONLY, &a.txn), "mdb_txn_begin");
  check(mdb_txn_begin(b.env, 0, MDB_RDONLY, &b.txn), "mdb_txn_begin");
  for (int table = 0; table < TABLES; table++) {
    MDB_cursor *x, *y;
    MDB_val kx, vx, ky, vy;
    check(mdb_cursor_open(a.txn, a.tables[table], &x), "mdb_cursor_open");
    check(mdb_cursor_open(b.txn, b.tables[table], &y), "mdb_cursor_open");
    for (;; rows++) {
      int cx = mdb_cursor_get(x, &kx, &vx, MDB_NEXT), cy = mdb_cursor_get(y, &ky, &vy, MDB_NEXT);
      if (cx == MDB_NOTFOUND && cy == MDB_NOTFOUND) break;
      if (cx == MDB_NOTFOUND || cy == MDB_NOTFOUND) die("%s: one has more rows", table_names[table]);
      check(cx, "mdb_cursor_get");
      check(cy, "mdb_cursor_get");
      if (kx.mv_size != ky.mv_size || memcmp(kx.mv_data, ky.mv_data, kx.mv_size) != 0 || vx.mv_size != vy.mv_size ||
          memcmp(vx.mv_data, vy.mv_data, vx.mv_size) != 0)
        die("%s: another row after %" PRIu64 " equal ones in all", table_names[table], rows);
    }
    mdb_cursor_close(x);
    mdb_cursor_close(y);
  }
  mdb_txn_abort(a.txn);
  mdb_txn_abort(b.txn);
  mdb_env_close(a.env);
  mdb_env_close(b.env);
  printf("{\"mode\":\"compare\",\"equal_rows\":%" PRIu64 "}\n", rows);
}

int main(int argc, char **argv) {
  o = options(argc, argv);
  start_crypto();
  if (is(&o, "commit")) commit();
  else if (is(&o, "bulk")) bulk();
  else if (is(&o, "compare")) compare();
  else die("no such mode: %s", o.mode);
  return 0;
}
