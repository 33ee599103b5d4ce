#include "services/pubsub/recovery_sessions.h"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "services/pubsub/operation_check.h"
#include "services/pubsub/session_resume.lua.h"
#include "services/pubsub/session_save.lua.h"

namespace sail::pubsub {
namespace {

using platform::redis::Reply;
using platform::redis::Script;

constexpr size_t kMaxPid = 128;

const Script& SaveScript() {
  static const auto* script = new Script(kSessionSaveLua);
  return *script;
}

const Script& ResumeScript() {
  static const auto* script = new Script(kSessionResumeLua);
  return *script;
}

// The rooms, behind one another with their lengths: names may have any character.
std::string JoinRooms(const google::protobuf::RepeatedPtrField<std::string>& rooms) {
  std::string text;
  for (const std::string& room : rooms) text += std::to_string(room.size()) + ":" + room;
  return text;
}

bool SplitRooms(std::string_view text, v1::RecoverySession* session) {
  while (!text.empty()) {
    size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    const size_t head = static_cast<size_t>(end - text.data()) + 1;
    if (error != std::errc() || head > text.size() || text[head - 1] != ':' || size > text.size() - head)
      return false;
    session->add_rooms(std::string(text.substr(head, size)));
    text.remove_prefix(head + size);
  }
  return true;
}

absl::Status Check(const v1::SaveSessions& changes) {
  if (changes.changes_size() > RecoverySessions::kMaxChanges)
    return absl::InvalidArgumentError("too many changes");
  for (const v1::SessionChange& change : changes.changes()) {
    const v1::RecoverySession& session = change.session();
    if (session.pid().empty() || session.pid().size() > kMaxPid)
      return absl::InvalidArgumentError("a bad pid");
    if (change.forget()) continue;
    if (change.ttl_ms() <= 0 || absl::Milliseconds(change.ttl_ms()) > RecoverySessions::kMaxTtl) {
      return absl::InvalidArgumentError("ttl_ms must be positive, and a day at most");
    }
    if (session.socket_id().empty()) return absl::InvalidArgumentError("a session without a socket's id");
    if (static_cast<size_t>(session.rooms_size()) > RecoverySessions::kMaxRooms) {
      return absl::InvalidArgumentError("too many rooms");
    }
  }
  return absl::OkStatus();
}

uint64_t Number(const std::string& text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::vector<const Script*> RecoverySessions::Scripts() { return {&SaveScript(), &ResumeScript()}; }

void RecoverySessions::Save(const v1::SaveSessions& changes, OnSaved done) {
  if (absl::Status status = Check(changes); !status.ok()) return done(status);
  std::vector<std::string> keys;
  std::vector<std::string> args;
  for (const v1::SessionChange& change : changes.changes()) {
    const v1::RecoverySession& session = change.session();
    keys.push_back(names_.Session(session.pid()));
    args.push_back(std::to_string(session.generation()));
    if (change.forget()) {
      args.insert(args.end(), {"0", "0"});
      continue;
    }
    const std::vector<std::string> fields = {
        "socket_id",    session.socket_id(),
        "namespace",    NamespaceOf(session.namespace_()),
        "rooms",        JoinRooms(session.rooms()),
        "data",         session.data(),
        "connected_at", std::to_string(session.connected_at()),
        "offset",       std::to_string(session.offset()),
        "position",     std::to_string(session.position()),
    };
    args.insert(args.end(), {std::to_string(change.ttl_ms()), std::to_string(fields.size())});
    args.insert(args.end(), fields.begin(), fields.end());
  }
  client_.Run(SaveScript(), std::move(keys), std::move(args), timeout_,
              [done = std::move(done)](absl::StatusOr<Reply> reply) {
                if (!reply.ok()) return done(reply.status());
                std::vector<uint32_t> lost;
                for (const Reply& index : reply->elements)
                  lost.push_back(static_cast<uint32_t>(index.integer));
                done(std::move(lost));
              });
}

void RecoverySessions::Resume(const std::string& pid, const std::string& name, OnResumed done) {
  if (pid.empty() || pid.size() > kMaxPid) return done(absl::NotFoundError("no such session"));
  const std::string ns = NamespaceOf(name);
  client_.Run(ResumeScript(), {names_.Session(pid)}, {ns, names_.All(ns)}, timeout_,
              [pid, done = std::move(done)](absl::StatusOr<Reply> reply) {
                if (!reply.ok()) return done(reply.status());
                v1::RecoverySession session;
                session.set_pid(pid);
                bool rooms_ok = true;
                for (size_t i = 0; i + 1 < reply->elements.size(); i += 2) {
                  const std::string& name = reply->elements[i].text;
                  const std::string& value = reply->elements[i + 1].text;
                  if (name == "socket_id") session.set_socket_id(value);
                  if (name == "namespace") session.set_namespace_(value);
                  if (name == "generation") session.set_generation(Number(value));
                  if (name == "rooms") rooms_ok = SplitRooms(value, &session);
                  if (name == "data") session.set_data(value);
                  if (name == "connected_at") session.set_connected_at(Number(value));
                  if (name == "offset") session.set_offset(Number(value));
                  if (name == "position") session.set_position(Number(value));
                }
                if (session.socket_id().empty() || !rooms_ok)
                  return done(absl::NotFoundError("no such session"));
                done(std::move(session));
              });
}

}  // namespace sail::pubsub
