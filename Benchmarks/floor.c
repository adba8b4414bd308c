// The floor: what motcuad writes, written in plain C. What Swift and the wire cost is what lies between.
//
// Modes:
//   commit   the same commit as the daemon's for the load's events, --batch to a commit, into a new directory --target:
//            ledger, keys, the mark of what is durable, and the views in blocks behind the commit, as in docs/formats.
//            Deciding and the socket are missing, nothing else.
//   bulk     all views of a ledger, 4,096 events to a transaction, as a replay writes them: --target is a data directory
//            in which nothing is recorded meanwhile, --other a new directory for the views. With --plain what is sealed
//            was opened before.
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

/// The store's own tables, then the desk's in the order in which they are written.
enum { META, STREAMS, COMMANDS, TREE, BUILD, CASES, CODES, REGISTER, PROMISES, CLERK, STATUS, SEARCH, ERASED, CELLS, OFFICE, TABLES };
static const char *const table_names[TABLES] = {"meta",     "streams", "commands", "tree",   "build",  "cases", "codes", "register",
                                                "promises", "clerk",   "status",   "search", "erased", "cells", "office"};

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
  v->txn = 0;
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
  put_big(empty(b), slot, 8);
  put_big(b, (uint64_t)body, 4);
  return all_of(b);
}

// Keys (Sources/EventStore/Keys/Keys.swift) -------------------------------------------------------------------------

enum { CACHED = 4096 };
static uint8_t master[32];
static int slots_fd = -1;
static uint64_t slots = 1;

/// A key with the two hashes of the HMAC that its digests are made by, when they have taken in the key; null before one is.
struct held {
  uint64_t slot;
  uint8_t key[32];
  EVP_MD_CTX *inner, *outer;
};
static struct held cache[CACHED];

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

static struct held *hold(uint64_t slot) {
  struct held *held = &cache[slot % CACHED];
  if (held->slot == slot) return held;
  uint8_t bytes[64], bound[8];
  if (pread(slots_fd, bytes, 64, (off_t)(slot * 64)) != 64) die("key %" PRIu64 " is missing", slot);
  for (int i = 0; i < 8; i++) bound[i] = (uint8_t)(slot >> (56 - 8 * i));
  unseal(master, bytes + 32, (struct slice){bytes, 32}, bytes + 44, (struct slice){bound, 8}, held->key);
  EVP_MD_CTX_free(held->inner);
  EVP_MD_CTX_free(held->outer);
  held->inner = held->outer = 0;
  held->slot = slot;
  return held;
}

static const uint8_t *key_of(uint64_t slot) { return hold(slot)->key; }

/// A hash that has taken in a key of 32 bytes, in a block that is filled up with `pad`.
static EVP_MD_CTX *begun(const uint8_t key[32], uint8_t pad) {
  uint8_t block[64];
  for (int i = 0; i < 64; i++) block[i] = (i < 32 ? key[i] : 0) ^ pad;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!context) die("no memory");
  one(EVP_DigestInit_ex2(context, sha256, 0), "EVP_DigestInit");
  one(EVP_DigestUpdate(context, block, sizeof block), "EVP_DigestUpdate");
  return context;
}

/// The digest of a command (Sources/DeskService/Commands/CommandDigest.swift): 16 bytes of an HMAC by a key that follows from
/// the case's own: HKDF-Expand to one block.
static void digest_command(uint64_t slot, struct slice said, uint8_t out[32]) {
  struct held *held = hold(slot);
  if (!held->inner) {
    uint8_t key[32];
    if (!HMAC(EVP_sha256(), held->key, 32, (const uint8_t *)"command digest\1", 15, key, 0)) die("HMAC");
    held->inner = begun(key, 0x36);
    held->outer = begun(key, 0x5C);
  }
  one(EVP_MD_CTX_copy_ex(md_context, held->inner), "EVP_MD_CTX_copy");
  one(EVP_DigestUpdate(md_context, said.at, said.length), "EVP_DigestUpdate");
  one(EVP_DigestFinal_ex(md_context, out, 0), "EVP_DigestFinal");
  one(EVP_MD_CTX_copy_ex(md_context, held->outer), "EVP_MD_CTX_copy");
  one(EVP_DigestUpdate(md_context, out, 32), "EVP_DigestUpdate");
  one(EVP_DigestFinal_ex(md_context, out, 0), "EVP_DigestFinal");
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
  if (slots_fd < 0) die("%s: %s", path, strerror(errno));
  if (!makes) return;
  // Slot 0 says which master key the others are wrapped by.
  uint8_t header[64] = "motcua keys 2\n", name[32];
  one(EVP_DigestInit_ex2(md_context, sha256, 0), "EVP_DigestInit");
  one(EVP_DigestUpdate(md_context, "motcua master key", 18), "EVP_DigestUpdate");
  one(EVP_DigestUpdate(md_context, master, 32), "EVP_DigestUpdate");
  one(EVP_DigestFinal_ex(md_context, name, 0), "EVP_DigestFinal");
  memcpy(header + 32, name, 16);
  if (pwrite(slots_fd, header, 64, 0) != 64) die("%s: %s", path, strerror(errno));
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

// A block (Sources/EventStore/Views/Unapplied.swift, Sources/DeskViews/Unapplied) -----------------------------------
//
// Events that are in the ledger and not in the views yet. Live and in a replay alike each case that a block touches is
// written once, as the last of its events leaves it.

enum { BLOCK = 4096, INDEXED = 1 << 15, SLOTS = 1 << 16, MEMORY = 64 << 20 };

/// What is said of keys of any length, in the order in which they came.
struct index {
  int count;
  struct { struct slice key; int64_t value; uint32_t slot; } at[INDEXED];
  uint32_t slots[SLOTS];  // places in `at`, one more than they are; 0 when free
};

/// What the store's own tables need of an event.
struct key {
  uint64_t stream;
  uint32_t version, uid;
  struct slice command_id, digest;
  const uint8_t *nodes;
  int completed;
};

struct change {
  uint64_t number;
  struct state before, after;
};

static struct block {
  uint64_t first;                 // the position of the first event
  int count;
  struct key keys[BLOCK];
  uint8_t leaf[32];               // of the last
  int cases;
  struct change *changes[BLOCK];  // in the order of `numbers`
  struct index numbers, codes, days, commands, cells;
  uint64_t last_stream;
  uint8_t *memory;                // what the rest points to lives as long as the block
  size_t used;
} block;

static uint8_t *room(size_t length) {
  if (!block.memory && !(block.memory = malloc(MEMORY))) die("no memory");
  if (length > MEMORY - block.used) die("a block is too large");
  uint8_t *at = block.memory + block.used;
  block.used += length;
  return at;
}

static struct slice keep(struct slice s) {
  if (!s.at) return s;
  uint8_t *at = room(s.length);
  if (s.length) memcpy(at, s.at, s.length);
  return (struct slice){at, s.length};
}

/// What an index says of a key; null when it says nothing. With `adds` it says 0 then.
static int64_t *look_up(struct index *index, struct slice key, bool adds) {
  uint64_t sum = 0xcbf29ce484222325;
  for (size_t i = 0; i < key.length; i++) sum = (sum ^ key.at[i]) * 0x100000001b3;
  uint32_t slot = (uint32_t)(sum ^ sum >> 32) % SLOTS;
  for (; index->slots[slot]; slot = (slot + 1) % SLOTS) {
    int place = (int)index->slots[slot] - 1;
    struct slice other = index->at[place].key;
    if (other.length == key.length && memcmp(other.at, key.at, key.length) == 0) return &index->at[place].value;
  }
  if (!adds) return 0;
  if (index->count == INDEXED) die("a block is too large");
  index->at[index->count].key = keep(key);
  index->at[index->count].value = 0;
  index->at[index->count].slot = slot;
  index->slots[slot] = (uint32_t)index->count + 1;
  return &index->at[index->count++].value;
}

static void clear_index(struct index *index) {
  for (int i = 0; i < index->count; i++) index->slots[index->at[i].slot] = 0;
  index->count = 0;
}

static void clear_block(void) {
  clear_index(&block.numbers);
  clear_index(&block.codes);
  clear_index(&block.days);
  clear_index(&block.commands);
  clear_index(&block.cells);
  block.count = block.cases = 0;
  block.last_stream = block.used = 0;
}

/// Adds an event with its leaf to the tree and to the block.
static void add_event(const struct event *e, const uint8_t leaf[32]) {
  uint8_t nodes[64][32];
  if (block.count == BLOCK) die("a block is too large");
  struct key *key = &block.keys[block.count++];
  key->completed = add_leaf(leaf, nodes);
  key->nodes = keep((struct slice){nodes[0], (size_t)key->completed * 32}).at;
  key->stream = e->stream;
  key->version = e->version;
  key->uid = e->uid;
  key->command_id = keep(e->command_id);
  key->digest = keep(e->digest);
  if (block.count == 1) block.first = tree.size;
  if (e->stream > block.last_stream) block.last_stream = e->stream;
  memcpy(block.leaf, leaf, 32);
}

/// The case of a number as the block has it, or else as the views do; `is_new` when the block has not had it before.
static struct change *find_case(struct views *v, uint64_t number, bool *is_new) {
  struct bytes key;
  put_big(empty(&key), number, 8);
  int64_t *place = look_up(&block.numbers, all_of(&key), false);
  *is_new = !place;
  if (place) return block.changes[*place];
  struct change *change = (struct change *)(room(sizeof *change + 15));
  change = (struct change *)(((uintptr_t)change + 15) & ~(uintptr_t)15);
  *look_up(&block.numbers, all_of(&key), true) = block.cases;
  block.changes[block.cases++] = change;
  change->number = number;
  MDB_val row;
  // A copy: LMDB's own bytes go when it writes.
  if (get(v->txn, v->tables[CASES], key.at, key.length, &row))
    decode_state(keep((struct slice){row.mv_data, row.mv_size}), &change->before);
  else clear_state(&change->before);
  copy_state(&change->after, &change->before);
  return change;
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

/// Adds to the sum of a cell, and to that of its row over all days.
static void count(const struct cell *c, int64_t change) {
  *look_up(&block.cells, (struct slice){c->key, c->length}, true) += change;
  if (!c->total) return;
  uint8_t key[sizeof c->key];
  memcpy(key, c->key, c->prefix);
  key[c->prefix] = 0;
  *look_up(&block.cells, (struct slice){key, c->prefix + 1}, true) += change;
}

static bool same_cell(const struct cell *a, const struct cell *b) {
  return a->length == b->length && memcmp(a->key, b->key, a->length) == 0;
}

/// CellChange.change: what stands on both sides is no change, and what stands twice counts twice.
static void count_case(const struct state *before, const struct state *after) {
  static struct cells old, new;
  cells_of(before, &old);
  cells_of(after, &new);
  for (int i = 0; i < old.count; i++) {
    int j = 0;
    while (j < new.count && !same_cell(&old.at[i], &new.at[j])) j++;
    if (j == new.count) count(&old.at[i], -1);
    else new.at[j] = new.at[--new.count];
  }
  for (int i = 0; i < new.count; i++) count(&new.at[i], 1);
}

/// What a block has made of a case: DeskViews.write, each view as far as something has changed for it.
static void write_case(struct views *v, const struct change *change) {
  static struct rows old, new;
  static const struct rows none;
  const struct state *before = &change->before, *after = &change->after;
  uint64_t number = change->number;
  bool begins = !before->received, is_moved = begins || due(before) != due(after);
  struct bytes key, row;
  put_big(empty(&key), number, 8);
  encode_state(after, empty(&row));
  put(v->txn, v->tables[CASES], key.at, key.length, row.at, row.length, 0);
  if (begins) {
    struct bytes code;
    put_folded(empty(&code), after->code);
    put(v->txn, v->tables[CODES], code.at, code.length, key.at, key.length, 0);
    register_row(after, number, &new);
    update(v, REGISTER, &none, &new);
  }
  if (begins || concerning(before, false) != concerning(after, false)) {
    promise_rows(before, number, &old), promise_rows(after, number, &new);
    update(v, PROMISES, &old, &new);
  }
  if (is_moved || is_open(before) != is_open(after)) {
    clerk_rows(before, number, &old), clerk_rows(after, number, &new);
    update(v, CLERK, &old, &new);
  }
  if (is_moved || status(before) != status(after)) {
    status_rows(before, number, &old), status_rows(after, number, &new);
    update(v, STATUS, &old, &new);
  }
  // The load changes neither name, code nor subject after the receipt.
  if (begins) search_rows(after, number, &new), update(v, SEARCH, &none, &new);
  if (begins || concerning(before, true) != concerning(after, true)) count_case(before, after);
}

static void write_cells(struct views *v) {
  for (int i = 0; i < block.cells.count; i++) {
    struct slice key = block.cells.at[i].key;
    if (block.cells.at[i].value == 0) continue;
    MDB_val found, k = value(key.at, key.length);
    int64_t sum = block.cells.at[i].value;
    if (get(v->txn, v->tables[CELLS], key.at, key.length, &found)) sum += (int64_t)big(found.mv_data, 8);
    struct bytes row;
    put_big(empty(&row), (uint64_t)sum, 8);
    if (sum == 0) check(mdb_del(v->txn, v->tables[CELLS], &k, 0), "cells");
    else put(v->txn, v->tables[CELLS], key.at, key.length, row.at, row.length, 0);
  }
}

/// OfficeView: the load adopts rules, of one prefix, and nothing else happens to its office.
static void write_office(struct views *v, const struct event *e, uint64_t position) {
  struct bytes key, row;
  if (e->version != 1) die("more of the office than the load has");
  row_number(empty(&row), e->version);
  row_number(&row, (int64_t)position);
  row_number(&row, 1);
  row_text(&row, e->prefix);
  // No floors of serials, no loss, no break of the chain of keys, no clock.
  for (int i = 0; i < 4; i++) put_byte(&row, 0);
  put_byte(empty(&key), 1);
  put(v->txn, v->tables[OFFICE], key.at, key.length, row.at, row.length, 0);
  put_byte(empty(&key), 2);
  put_big(&key, position, 8);
  put(v->txn, v->tables[OFFICE], key.at, key.length, "", 0, 0);
}

/// Views.index
static void index_event(struct views *v, const struct key *e, uint64_t position) {
  struct bytes at, key, row;
  put_big(empty(&at), position, 8);
  put_big(empty(&key), e->stream, 8);
  put_big(&key, e->version, 4);
  put(v->txn, v->tables[STREAMS], key.at, key.length, at.at, at.length, 0);
  if (e->completed > 0) put(v->txn, v->tables[TREE], at.at, at.length, e->nodes, (size_t)e->completed * 32, 0);
  put_slice(empty(&key), e->command_id);
  put_big(&key, e->uid, 4);
  put_slice(empty(&row), all_of(&at));
  put_slice(&row, all_of(&at));
  put_slice(&row, e->digest);
  MDB_val k = value(key.at, key.length), r = value(row.at, row.length);
  int code = mdb_put(v->txn, v->tables[COMMANDS], &k, &r, MDB_NOOVERWRITE);
  if (code != MDB_KEYEXIST) {
    check(code, "commands");
    return;
  }
  // More of a command that has some already: it began where those say.
  memcpy(row.at, r.mv_data, 8);
  put(v->txn, v->tables[COMMANDS], key.at, key.length, row.at, row.length, 0);
}

static int by_number(const void *a, const void *b) {
  uint64_t x = (*(struct change *const *)a)->number, y = (*(struct change *const *)b)->number;
  return x < y ? -1 : x > y;
}

/// Writes the block into the views, whose transaction is open, and empties it.
static void write_block(struct views *v) {
  // In the order of their keys, so that neighbours are written one after the other.
  qsort(block.changes, (size_t)block.cases, sizeof *block.changes, by_number);
  for (int i = 0; i < block.cases; i++) write_case(v, block.changes[i]);
  write_cells(v);
  for (int i = 0; i < block.count; i++) index_event(v, &block.keys[i], block.first + (uint64_t)i);
  struct bytes row;
  put_big(empty(&row), block.first + (uint64_t)block.count - 1, 8);
  put_bytes(&row, block.leaf, 32);
  put(v->txn, v->tables[META], "reached", 7, row.at, row.length, 0);
  clear_block();
}

/// When the building of the views began, and after which event.
static void write_build(struct views *v) {
  struct bytes row;
  check(mdb_txn_begin(v->env, 0, 0, &v->txn), "mdb_txn_begin");
  put_big(empty(&row), wall_us(), 8);
  put(v->txn, v->tables[BUILD], "at", 2, row.at, row.length, 0);
  put_big(empty(&row), 0, 8);
  put(v->txn, v->tables[BUILD], "after", 5, row.at, row.length, 0);
  check(mdb_txn_commit(v->txn), "the views' commit");
}

// commit ------------------------------------------------------------------------------------------------------------

/// What one client of the load sends next, as far as the writer's thread needs it.
struct caller {
  struct worker work;
  char code[64];
};

static const int bodies[] = {BODY_RECEIVED, BODY_CONSULTED, BODY_PROGRESSED, BODY_APOLOGISED, BODY_RESOLVED, BODY_RETURNED};

/// RecordedStreams.commands: nobody has sent this id before, neither in the block nor in the views.
static void refuse_repeat(struct views *v, struct slice id) {
  if (look_up(&block.commands, id, false)) die("a command id twice");
  MDB_cursor *cursor;
  check(mdb_cursor_open(v->txn, v->tables[COMMANDS], &cursor), "mdb_cursor_open");
  MDB_val k = value(id.at, id.length), found;
  int code = mdb_cursor_get(cursor, &k, &found, MDB_SET_RANGE);
  if (code != MDB_NOTFOUND) check(code, "mdb_cursor_get");
  if (code == MDB_SUCCESS && k.mv_size >= id.length && memcmp(k.mv_data, id.at, id.length) == 0) die("a command id twice");
  mdb_cursor_close(cursor);
}

/// The number of the case with a code; 0 when there is none.
static uint64_t number_of_code(struct views *v, const char *code) {
  struct bytes folded;
  MDB_val found;
  put_folded(empty(&folded), text(code));
  int64_t *number = look_up(&block.codes, all_of(&folded), false);
  if (number) return (uint64_t)*number;
  return get(v->txn, v->tables[CODES], folded.at, folded.length, &found) ? big(found.mv_data, 8) : 0;
}

/// The next free serial of a day, and the code with it.
static void make_code(struct views *v, int32_t today, char code[64]) {
  struct bytes last;
  MDB_val found;
  put_big(empty(&last), ordered_day(today), 4);
  int64_t *pending = look_up(&block.days, all_of(&last), true);
  put_big(&last, UINT32_MAX, 4);
  put_big(&last, UINT64_MAX, 8);
  int64_t serial = 0;
  if (at_or_before(v->txn, v->tables[REGISTER], last.at, last.length, &found) && memcmp(found.mv_data, last.at, 4) == 0)
    serial = (int64_t)big((const uint8_t *)found.mv_data + 4, 4);
  if (*pending > serial) serial = *pending;
  *pending = serial + 1;
  time_t seconds = (time_t)today * 86400;
  struct tm date;
  if (!gmtime_r(&seconds, &date)) die("gmtime");
  snprintf(code, 64, "H56.26.07-%02d%02d%02d-%04" PRId64, date.tm_year % 100, date.tm_mon + 1, date.tm_mday, serial + 1);
  if (number_of_code(v, code)) die("a code twice");
}

static uint64_t next_number(struct views *v) {
  uint8_t end[12];
  MDB_val found;
  memset(end, 0xFF, sizeof end);
  uint64_t last = at_or_before(v->txn, v->tables[STREAMS], end, sizeof end, &found) ? big(found.mv_data, 8) : 0;
  return (last > block.last_stream ? last : block.last_stream) + 1;
}

/// RecordedStreams.version: of a case that the block has not had before, as the views' streams say it.
static void require_version(struct views *v, uint64_t number, uint32_t version) {
  struct bytes last;
  MDB_val found;
  put_big(empty(&last), number, 8);
  put_big(&last, UINT32_MAX, 4);
  bool is_there = at_or_before(v->txn, v->tables[STREAMS], last.at, last.length, &found) && big(found.mv_data, 8) == number;
  if (version != (is_there ? big((const uint8_t *)found.mv_data + 8, 4) : 0)) die("a version conflict");
}

/// What a command says, as the load's JSON does in other words.
static void fill_in(struct event *e, const struct step *s, struct caller *c) {
  switch (s->type) {
  case RECEIVED:
    e->received.code = keep(text(c->code));
    e->received.kind = e->received.channel = 1;
    e->received.procedure = text("cai-chinh");
    e->received.has_effective = true;
    e->received.effective = 16801;
    e->received.term = text("3 working days");
    e->received.due = s->due_us;
    e->personal[P_APPLICANT] = keep(text(c->work.applicant));
    e->personal[P_PHONE] = text("0912345678");
    e->personal[P_PLACE] = text("Tổ 4, thôn Hoa Sen");
    e->personal[P_SUBJECT] = text("Cải chính họ tên trong giấy khai sinh");
    break;
  case CONSULTED:
    e->personal[P_QUESTION] = text("Khi nào có kết quả, cần mang theo giấy tờ gì?");
    e->personal[P_GUIDANCE] = text("Đúng hẹn, mang theo giấy hẹn và căn cước công dân.");
    break;
  case PROGRESSED:
    e->personal[P_STEP] = text("Thẩm tra hồ sơ, đối chiếu sổ gốc và xác minh tại tổ dân phố");
    e->personal[P_BY] = text("Trần Văn Bình");
    e->personal[P_GROUP] = text("Tư pháp – hộ tịch");
    break;
  case APOLOGISED:
    e->apologised.cause = text("late");
    e->apologised.has_new_due = e->apologised.answers = true;
    e->apologised.new_due = s->due_us;
    e->personal[P_TEXT] = text("Xin lỗi ông/bà: sổ gốc tìm thấy muộn.");
    e->personal[P_SIGNATORY] = text("Lê Thị Mai");
    break;
  case RESOLVED:
    e->outcome = 1;
    e->personal[P_DOCUMENT] = text("1234/TLHT");
    e->personal[P_SIGNED_BY] = text("Phạm Minh Sơn");
    break;
  case RETURNED: e->personal[P_TO] = keep(text(c->work.applicant)); break;
  }
}

/// CommandExecutor.execute: everything but the decision itself.
static void execute(struct ledger *l, struct views *v, struct caller *c) {
  static struct event e;
  static const char *const methods[] = {"Receive", "Consult", "Progress", "Apologise", "Resolve", "Return"};
  const struct step *s = next_step(&c->work);
  uint8_t digest[32], commitment[32], leaf[32];
  memset(&e, 0, sizeof e);
  e.command_id = (struct slice){s->uuid, 16};
  e.account = text("root");
  e.role = text("operator");
  e.rules = 1;
  e.recorded_at = (int64_t)wall_us();
  e.offset_minutes = 420;
  e.body = bodies[s->type];
  refuse_repeat(v, e.command_id);
  if (s->type == RECEIVED) {
    make_code(v, day(e.recorded_at, e.offset_minutes), c->code);
    e.stream = next_number(v);
    prepare_keys(e.stream);
  } else if (!(e.stream = number_of_code(v, c->code))) die("no such code");
  bool is_new;
  struct change *change = find_case(v, e.stream, &is_new);
  if (is_new) require_version(v, e.stream, change->after.version);
  e.version = change->after.version + 1;
  e.slot = e.stream;
  fill_in(&e, s, c);
  if (s->type == RECEIVED) {
    hash(2, (struct slice){key_of(e.slot), 32}, (struct slice){0}, commitment);
    e.received.commitment = (struct slice){commitment, 32};
  }
  struct bytes plain, said, sealed, bound, record_;
  encode_personal(&e, empty(&plain));
  // The digest is over what the command says, about as much as the text that the daemon makes of its JSON.
  put_slice(empty(&said), text("vn.motcua.Desk."));
  put_slice(&said, text(methods[s->type]));
  put_slice(&said, text(c->code));
  put_slice(&said, all_of(&plain));
  digest_command(e.slot, all_of(&said), digest);
  e.digest = (struct slice){digest, 16};
  seal(key_of(e.slot), all_of(&plain), additional_data(e.slot, e.body, &bound), sealed.at);
  sealed.length = plain.length + 28;
  e.sealed = all_of(&sealed);
  encode_record(&e, empty(&record_));
  // Batch.append
  hash(0, all_of(&record_), (struct slice){0}, leaf);
  struct bytes entry, position;
  put_big(empty(&position), tree.size + 1, 8);
  put_bytes(empty(&entry), leaf, 32);
  put_slice(&entry, all_of(&record_));
  put(l->txn, l->events, position.at, 8, entry.at, entry.length, MDB_APPEND);
  add_event(&e, leaf);
  *look_up(&block.commands, e.command_id, true) = (int64_t)tree.size;
  evolve(&change->after, &e);
  if (s->type == RECEIVED) {
    struct bytes folded;
    put_folded(empty(&folded), e.received.code);
    *look_up(&block.codes, all_of(&folded), true) = (int64_t)e.stream;
  }
}

/// DurableMark: position, leaf, and a sum over both, beside the views and not flushed.
static void mark_durable(int fd) {
  struct bytes mark;
  uint64_t sum = 0xcbf29ce484222325;
  put_big(empty(&mark), tree.size, 8);
  put_bytes(&mark, block.leaf, 32);
  for (size_t i = 0; i < mark.length; i++) sum = (sum ^ mark.at[i]) * 0x100000001b3;
  put_big(&mark, sum, 8);
  if (pwrite(fd, mark.at, mark.length, 0) != (ssize_t)mark.length) die("durable: %s", strerror(errno));
}

/// EventStore.applyRecorded: the views get the block, and whoever decides next gets another snapshot of them.
static void apply_recorded(struct views *v) {
  mdb_txn_abort(v->txn);
  if (block.count > 0) {
    check(mdb_txn_begin(v->env, 0, 0, &v->txn), "mdb_txn_begin");
    write_block(v);
    check(mdb_txn_commit(v->txn), "the views' commit");
  }
  check(mdb_txn_begin(v->env, 0, MDB_RDONLY, &v->txn), "mdb_txn_begin");
}

/// ViewsLag: so many events, or so many nanoseconds after the first of them, are a block.
enum { LAG_EVENTS = 256, LAG_NS = 10000000 };

static void commit(void) {
  static struct histogram h;
  char path[512];
  if (mkdir(o.target, 0700) != 0) die("%s: %s", o.target, strerror(errno));
  struct ledger l;
  struct views v;
  open_keys(o.target, true);
  open_ledger(&l, o.target, 0);
  open_views(&v, o.target, "views", 0);
  write_build(&v);
  snprintf(path, sizeof path, "%s/views/durable", o.target);
  int mark = open(path, O_WRONLY | O_CREAT, 0600);
  if (mark < 0) die("%s: %s", path, strerror(errno));
  struct caller *callers = calloc((size_t)o.batch, sizeof *callers);
  if (!callers) die("no memory");
  for (int i = 0; i < o.batch; i++) callers[i].work = worker(i, o.batch);
  check(mdb_txn_begin(v.env, 0, MDB_RDONLY, &v.txn), "mdb_txn_begin");
  struct span span_ = span(&o);
  uint64_t done = 0, measured_from = 0, now = now_ns(), behind_since = 0;
  while (now < span_.until && done < span_.end_count) {
    uint64_t start = now;
    struct statvfs space;
    if (statvfs(o.target, &space) != 0) die("statvfs: %s", strerror(errno));
    check(mdb_txn_begin(l.env, 0, 0, &l.txn), "mdb_txn_begin");
    MDB_val head;
    if (get(l.txn, l.meta, "head", 4, &head) ? big(head.mv_data, 8) != tree.size : tree.size != 0) die("another head");
    bool was_level = block.count == 0;
    for (int i = 0; i < o.batch; i++) execute(&l, &v, &callers[i]);
    struct bytes frontier;
    put_big(empty(&frontier), tree.size, 8);
    for (int i = 0; i < tree.peaks; i++) put_bytes(&frontier, tree.peak[i], 32);
    put(l.txn, l.meta, "head", 4, frontier.at, frontier.length, 0);
    check(mdb_txn_commit(l.txn), "the ledger's commit");
    mark_durable(mark);
    uint64_t answered = now_ns();
    if (was_level) behind_since = answered;
    // Behind the answers, and in the time of the commands that wait for it.
    if (block.count >= LAG_EVENTS || answered - behind_since >= LAG_NS) apply_recorded(&v);
    now = now_ns();
    done += (uint64_t)o.batch;
    if (now < span_.from || now >= span_.until) continue;
    if (measured_from == 0) measured_from = start;
    // Each command of the batch waited for all of it.
    for (int i = 0; i < o.batch; i++) record(&h, answered - start);
  }
  apply_recorded(&v);
  mdb_txn_abort(v.txn);
  report("commit", o.batch, &h, now - (measured_from ? measured_from : span_.from), done);
  mdb_env_close(l.env);
  mdb_env_close(v.env);
}

// bulk --------------------------------------------------------------------------------------------------------------

/// Opens what is sealed of a record, into memory that lives as long as the block.
static struct slice open_sealed(const struct event *e) {
  struct bytes bound;
  if (!e->sealed.at) return (struct slice){0};
  if (e->sealed.length < 28) die("a seal of another length");
  struct slice cipher = {e->sealed.at + 12, e->sealed.length - 28};
  uint8_t *plain = room(cipher.length);
  unseal(key_of(e->slot), e->sealed.at, cipher, cipher.at + cipher.length, additional_data(e->slot, e->body, &bound), plain);
  return (struct slice){plain, cipher.length};
}

/// What was unsealed of all records before, one after the other, each after its length.
static struct { uint8_t *at; size_t length, capacity; } opened;

static void keep_opened(struct slice plain) {
  uint16_t length = (uint16_t)plain.length;
  if (opened.capacity - opened.length < sizeof length + plain.length) {
    opened.capacity = opened.capacity ? opened.capacity * 2 : 1 << 24;
    if (!(opened.at = realloc(opened.at, opened.capacity))) die("no memory");
  }
  memcpy(opened.at + opened.length, &length, sizeof length);
  if (length) memcpy(opened.at + opened.length + sizeof length, plain.at, length);
  opened.length += sizeof length + length;
}

static struct slice take_opened(size_t *kept) {
  uint16_t length;
  memcpy(&length, opened.at + *kept, sizeof length);
  struct slice plain = {opened.at + *kept + sizeof length, length};
  *kept += sizeof length + length;
  return plain;
}

/// One event of the ledger: its hash is looked at, and it is folded into the block.
static void take_event(struct views *v, struct event *e, struct slice row, struct slice plain, uint64_t position) {
  uint8_t leaf[32];
  struct slice record_ = {row.at + 32, row.length - 32};
  hash(0, record_, (struct slice){0}, leaf);
  if (memcmp(leaf, row.at, 32) != 0) die("event %" PRIu64 " is damaged", position);
  decode_personal(plain, e);
  add_event(e, leaf);
  if (e->body == BODY_RULES) {
    write_office(v, e, position);
    return;
  }
  bool is_new;
  struct change *change = find_case(v, e->stream, &is_new);
  if (e->version != change->after.version + 1) die("event %" PRIu64 " is of another version", position);
  evolve(&change->after, e);
}

/// Goes through the ledger block by block. Without views it only opens what is sealed.
static uint64_t walk(struct ledger *l, struct views *v, bool unseals) {
  static struct event e;
  uint64_t done = 0;
  size_t kept = 0;
  for (;;) {
    MDB_cursor *cursor;
    uint64_t first = done;
    check(mdb_txn_begin(l->env, 0, MDB_RDONLY, &l->txn), "mdb_txn_begin");
    if (v) check(mdb_txn_begin(v->env, 0, 0, &v->txn), "mdb_txn_begin");
    check(mdb_cursor_open(l->txn, l->events, &cursor), "mdb_cursor_open");
    struct bytes from;
    put_big(empty(&from), done + 1, 8);
    MDB_val k = value(from.at, 8), r;
    int code = mdb_cursor_get(cursor, &k, &r, MDB_SET_RANGE);
    for (; code == MDB_SUCCESS && done < first + BLOCK; code = mdb_cursor_get(cursor, &k, &r, MDB_NEXT)) {
      if (big(k.mv_data, 8) != ++done || r.mv_size < 32) die("event %" PRIu64 " is not there", done);
      decode_record((struct slice){(const uint8_t *)r.mv_data + 32, r.mv_size - 32}, &e);
      struct slice plain = unseals ? open_sealed(&e) : take_opened(&kept);
      if (v) take_event(v, &e, (struct slice){r.mv_data, r.mv_size}, plain, done);
      else keep_opened(plain);
    }
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND) check(code, "mdb_cursor_get");
    mdb_cursor_close(cursor);
    if (v) {
      // What the block points to in the ledger is there as long as this transaction of it.
      if (done > first) write_block(v);
      check(mdb_txn_commit(v->txn), "the views' commit");
    } else clear_block();
    mdb_txn_abort(l->txn);
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
  write_build(&v);
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
    if (table == BUILD) continue;  // is no view
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
