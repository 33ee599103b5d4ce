#include "gateway/actions/request_session.h"

#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/upstream/session_client.h"
#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

using action::v1::SessionChanges;

// The time a client may wait for a store that does not answer.
constexpr absl::Duration kTimeout = absl::Milliseconds(800);

// Of the sessions touched in one interval. Beyond it some are touched more often, which does no harm.
constexpr size_t kMaxTouched = 100'000;

std::string ToObject(const google::protobuf::Map<std::string, std::string>& values) {
  const std::map<std::string, std::string> sorted(values.begin(), values.end());
  std::string json = "{";
  for (const auto& [key, value] : sorted) {
    if (json.size() > 1) json.push_back(',');
    platform::json::AppendJsonString(key, &json);
    json.append(":").append(value);
  }
  return json + "}";
}

RequestSession FromStored(session::v1::Session&& stored) {
  RequestSession session;
  session.id = std::move(*stored.mutable_id());
  session.data_json = std::move(*stored.mutable_data_json());
  session.cookie_json = std::move(*stored.mutable_cookie_json());
  return session;
}

}  // namespace

void RequestSessions::Load(const std::string& id, LoadCallback callback) {
  if (id.empty()) {
    callback(Fresh());
    return;
  }
  client_.Get(id, kTimeout,
              [this, callback = std::move(callback)](absl::StatusOr<session::v1::Session> stored) {
                if (stored.ok()) {
                  callback(FromStored(*std::move(stored)));
                } else if (absl::IsNotFound(stored.status()) || absl::IsInvalidArgument(stored.status())) {
                  callback(Fresh());
                } else {
                  callback(stored.status());
                }
              });
}

RequestSession RequestSessions::Fresh() const {
  RequestSession session;
  session.cookie_json = new_cookie_json_(absl::ToUnixMillis(absl::Now()));
  return session;
}

void RequestSessions::Create(const SessionChanges& changes, CommitCallback callback) {
  session::v1::CreateRequest request;
  request.set_data_json(ToObject(changes.set()));
  request.set_cookie_json(new_cookie_json_(absl::ToUnixMillis(absl::Now())));
  client_.Create(std::move(request), kTimeout,
                 [callback = std::move(callback)](absl::StatusOr<session::v1::Session> stored) {
                   if (!stored.ok()) {
                     callback(stored.status());
                   } else {
                     callback(CommittedSession{FromStored(*std::move(stored)), true});
                   }
                 });
}

void RequestSessions::TouchNowAndThen(const std::string& id) {
  {
    std::lock_guard lock(mutex_);
    const absl::Time now = absl::Now();
    if (now - interval_start_ >= kTouchInterval || touched_.size() >= kMaxTouched) {
      interval_start_ = now;
      touched_.clear();
    }
    if (!touched_.insert(std::hash<std::string>()(id)).second) return;
  }
  // Should it fail, the session's next use in a minute does it.
  client_.Touch(id, kTimeout, [](absl::Status) {});
}

void RequestSessions::Commit(RequestSession session, const SessionChanges& changes, CommitCallback callback) {
  if (!session.enabled) {
    callback(CommittedSession{std::move(session), false});
  } else if (changes.destroy()) {
    if (session.id.empty()) {
      callback(CommittedSession{});
      return;
    }
    client_.Destroy(session.id, kTimeout, [callback = std::move(callback)](absl::Status status) {
      if (!status.ok()) {
        callback(status);
      } else {
        callback(CommittedSession{});
      }
    });
  } else if (session.id.empty()) {
    Create(changes, std::move(callback));
  } else if (changes.regenerate()) {
    session::v1::RegenerateRequest request;
    request.set_old_id(session.id);
    request.set_data_json(ToObject(changes.set()));
    request.set_cookie_json(new_cookie_json_(absl::ToUnixMillis(absl::Now())));
    client_.Regenerate(std::move(request), kTimeout,
                       [callback = std::move(callback)](absl::StatusOr<session::v1::Session> stored) {
                         if (!stored.ok()) {
                           callback(stored.status());
                         } else {
                           callback(CommittedSession{FromStored(*std::move(stored)), true});
                         }
                       });
  } else if (changes.set().empty() && changes.unset().empty()) {
    TouchNowAndThen(session.id);
    callback(CommittedSession{std::move(session), false});
  } else {
    session::v1::UpdateRequest request;
    request.set_id(session.id);
    for (const auto& [key, value] : changes.set()) (*request.mutable_set())[key] = value;
    for (const auto& key : changes.unset()) request.add_unset(key);
    client_.Update(std::move(request), kTimeout,
                   [session, callback = std::move(callback)](absl::StatusOr<session::v1::Session> stored) {
                     if (stored.ok()) {
                       callback(CommittedSession{FromStored(*std::move(stored)), false});
                     } else if (absl::IsNotFound(stored.status())) {
                       callback(CommittedSession{session, false});
                     } else {
                       callback(stored.status());
                     }
                   });
  }
}

}  // namespace sail::gateway
