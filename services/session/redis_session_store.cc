#include "services/session/redis_session_store.h"

#include <utility>

#include "services/session/session_errors.h"
#include "services/session/swap_session.lua.h"
#include "services/session/take_session.lua.h"

namespace sail::session {
namespace {

using platform::redis::Reply;

std::string Seconds(absl::Duration ttl) { return std::to_string(absl::ToInt64Seconds(ttl)); }

}  // namespace

RedisSessionStore::RedisSessionStore(platform::redis::Client& client, std::string key_prefix)
    : client_(client), key_prefix_(std::move(key_prefix)) {}

const platform::redis::Script& RedisSessionStore::SwapScript() {
  static const auto* script = new platform::redis::Script(kSwapSessionLua);
  return *script;
}

const platform::redis::Script& RedisSessionStore::TakeScript() {
  static const auto* script = new platform::redis::Script(kTakeSessionLua);
  return *script;
}

void RedisSessionStore::Read(const std::string& id, absl::Duration timeout, ReadDone done) {
  client_.Command({"GET", key_prefix_ + id}, timeout, [done = std::move(done)](absl::StatusOr<Reply> reply) {
    if (!reply.ok()) {
      done(reply.status());
    } else if (reply->is_nil()) {
      done(SessionNotFound());
    } else {
      done(std::move(reply->text));
    }
  });
}

void RedisSessionStore::Insert(const std::string& id, std::string text, absl::Duration ttl,
                               absl::Duration timeout, WriteDone done) {
  client_.Command({"SET", key_prefix_ + id, std::move(text), "EX", Seconds(ttl), "NX"}, timeout,
                  [done = std::move(done)](absl::StatusOr<Reply> reply) {
                    if (reply.ok() && reply->is_nil()) {
                      done(absl::AlreadyExistsError("the session id is taken"));
                    } else {
                      done(reply.status());
                    }
                  });
}

void RedisSessionStore::Swap(const std::string& id, std::string expected, std::string desired,
                             absl::Duration ttl, absl::Duration timeout, SwapDone done) {
  client_.Run(SwapScript(), {key_prefix_ + id}, {std::move(expected), std::move(desired), Seconds(ttl)},
              timeout, [done = std::move(done)](absl::StatusOr<Reply> reply) {
                if (!reply.ok()) {
                  done(reply.status());
                } else if (reply->is_nil()) {
                  done(SessionNotFound());
                } else if (reply->is_integer()) {
                  done(SwapResult{true, ""});
                } else {
                  done(SwapResult{false, std::move(reply->text)});
                }
              });
}

void RedisSessionStore::Touch(const std::string& id, absl::Duration ttl, absl::Duration timeout,
                              WriteDone done) {
  client_.Command({"EXPIRE", key_prefix_ + id, Seconds(ttl)}, timeout,
                  [done = std::move(done)](absl::StatusOr<Reply> reply) {
                    if (reply.ok() && reply->integer == 0) {
                      done(SessionNotFound());
                    } else {
                      done(reply.status());
                    }
                  });
}

void RedisSessionStore::Remove(const std::string& id, absl::Duration timeout, ReadDone done) {
  client_.Run(TakeScript(), {key_prefix_ + id}, {}, timeout,
              [done = std::move(done)](absl::StatusOr<Reply> reply) {
                if (reply.ok()) {
                  done(std::move(reply->text));
                } else {
                  done(reply.status());
                }
              });
}

}  // namespace sail::session
