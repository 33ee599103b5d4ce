#include "services/session/redis_user_index.h"

#include <cstdlib>
#include <utility>

#include "services/session/index_session.lua.h"
#include "services/session/list_user_sessions.lua.h"

namespace sail::session {
namespace {

using platform::redis::Reply;
using platform::redis::Script;

// Whole milliseconds; Redis may write a large score with an exponent.
absl::Time TimeFrom(const char* text, char** end) {
  return absl::FromUnixMillis(static_cast<int64_t>(std::strtod(text, end)));
}

std::vector<UserIndex::Entry> EntriesFrom(Reply&& reply) {
  std::vector<UserIndex::Entry> entries;
  for (size_t i = 0; i + 2 < reply.elements.size(); i += 3) {
    UserIndex::Entry& entry = entries.emplace_back();
    entry.session_id = std::move(reply.elements[i].text);
    char* end = nullptr;
    entry.expires = TimeFrom(reply.elements[i + 1].text.c_str(), &end);
    entry.since = TimeFrom(reply.elements[i + 2].text.c_str(), &end);
    entry.last_seen = TimeFrom(end, &end);
  }
  return entries;
}

std::vector<std::string> Arguments(const char* command, std::string key,
                                   const std::vector<std::string>& session_ids) {
  std::vector<std::string> args = {command, std::move(key)};
  args.insert(args.end(), session_ids.begin(), session_ids.end());
  return args;
}

}  // namespace

RedisUserIndex::RedisUserIndex(platform::redis::Client& client, const std::string& session_key_prefix,
                               int64_t max_sessions)
    : client_(client), prefix_("sail:" + session_key_prefix), max_sessions_(max_sessions) {}

const Script& RedisUserIndex::AddScript() {
  static const auto* script = new Script(kIndexSessionLua);
  return *script;
}

const Script& RedisUserIndex::ListScript() {
  static const auto* script = new Script(kListUserSessionsLua);
  return *script;
}

void RedisUserIndex::Add(const std::string& user, const std::string& session_id, absl::Duration ttl,
                         absl::Duration timeout, AddDone done) {
  client_.Run(AddScript(), {SessionsKey(user), SeenKey(user)},
              {session_id, std::to_string(absl::ToInt64Milliseconds(ttl)), std::to_string(max_sessions_)},
              timeout, [done = std::move(done)](absl::StatusOr<Reply> reply) {
                if (!reply.ok()) return done(reply.status());
                std::vector<std::string> surplus;
                for (Reply& id : reply->elements) surplus.push_back(std::move(id.text));
                done(std::move(surplus));
              });
}

void RedisUserIndex::Remove(const std::string& user, const std::vector<std::string>& session_ids,
                            absl::Duration timeout, WriteDone done) {
  if (session_ids.empty()) return done(absl::OkStatus());
  // Should this one fail alone, then what stays behind is never listed, and goes with the key.
  client_.Command(Arguments("HDEL", SeenKey(user), session_ids), timeout, [](absl::StatusOr<Reply>) {});
  client_.Command(Arguments("ZREM", SessionsKey(user), session_ids), timeout,
                  [done = std::move(done)](absl::StatusOr<Reply> reply) { done(reply.status()); });
}

void RedisUserIndex::List(const std::string& user, absl::Duration timeout, ListDone done) {
  client_.Run(ListScript(), {SessionsKey(user), SeenKey(user)}, {}, timeout,
              [done = std::move(done)](absl::StatusOr<Reply> reply) {
                if (reply.ok()) {
                  done(EntriesFrom(*std::move(reply)));
                } else {
                  done(reply.status());
                }
              });
}

}  // namespace sail::session
