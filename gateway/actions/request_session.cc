#include "gateway/actions/request_session.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "gateway/session/stored_cookie.h"
#include "gateway/upstream/session_client.h"
#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

using action::v1::SessionChanges;

// The time a client may wait for a store that does not answer.
constexpr absl::Duration kTimeout = absl::Milliseconds(800);

constexpr char kCookieKey[] = "cookie";  // express-session keeps the cookie's settings there

// The keys that the session starts with, then those that the action set.
std::string NewObject(const std::string& data_json, const SessionChanges& changes) {
  std::string json = "{";
  const auto append = [&json](std::string_view key, std::string_view value) {
    if (json.size() > 1) json.push_back(',');
    platform::json::AppendJsonString(key, &json);
    json.append(":").append(value);
  };
  if (const auto members = platform::json::SplitJsonObject(data_json); members.ok()) {
    for (const auto& member : *members) {
      const bool unset =
          std::find(changes.unset().begin(), changes.unset().end(), member.key) != changes.unset().end();
      if (!unset && !changes.set().contains(member.key)) append(member.key, member.raw);
    }
  }
  const std::map<std::string, std::string> sorted(changes.set().begin(), changes.set().end());
  for (const auto& [key, value] : sorted) {
    if (key != kCookieKey) append(key, value);
  }
  return json + "}";
}

// The action's own cookie settings, else the given ones.
std::string CookieOf(const SessionChanges& changes, std::string otherwise) {
  const auto set = changes.set().find(kCookieKey);
  return set == changes.set().end() ? std::move(otherwise) : set->second;
}

RequestSession FromStored(session::v1::Session&& stored) {
  RequestSession session;
  session.id = std::move(*stored.mutable_id());
  session.data_json = std::move(*stored.mutable_data_json());
  session.cookie_json = std::move(*stored.mutable_cookie_json());
  return session;
}

// The store's errors as a client may see them: whatever is wrong with it, it is worth another try.
absl::Status StoreError(const absl::Status& status) {
  if (absl::IsInvalidArgument(status) || absl::IsInternal(status))
    return absl::InternalError(status.message());
  return absl::UnavailableError(status.message());
}

// What becomes of a session that was made in answer to a call.
std::function<void(absl::StatusOr<session::v1::Session>)> WhenMade(RequestSessions::CommitCallback callback) {
  return [callback = std::move(callback)](absl::StatusOr<session::v1::Session> stored) {
    if (!stored.ok()) {
      callback(StoreError(stored.status()));
    } else {
      callback(CommittedSession{FromStored(*std::move(stored)), true, true});
    }
  };
}

}  // namespace

void SessionSlot::Enter(Turn turn) {
  std::string id;
  {
    std::lock_guard lock(mutex_);
    if (making_) return waiting_.push_back(std::move(turn));
    id = id_;
    making_ = id.empty();
  }
  turn(id);
}

void SessionSlot::Done(const std::string& id) {
  std::deque<Turn> next;
  {
    std::lock_guard lock(mutex_);
    id_ = id;
    if (!id.empty()) {
      next.swap(waiting_);
    } else if (!waiting_.empty()) {
      next.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    making_ = id.empty() && !next.empty();
  }
  for (Turn& turn : next) turn(id);
}

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
                  callback(StoreError(stored.status()));
                }
              });
}

RequestSession RequestSessions::Fresh() const {
  RequestSession session;
  if (options_.new_data_json) session.data_json = options_.new_data_json();
  session.cookie_json = options_.new_cookie_json(options_.clock());
  return session;
}

void RequestSessions::Commit(RequestSession session, const SessionChanges& changes, CommitCallback callback) {
  if (!session.enabled) {
    callback(CommittedSession{std::move(session)});
  } else if (changes.destroy()) {
    Destroy(session, std::move(callback));
  } else if (session.id.empty() && !options_.save_uninitialized && changes.set().empty()) {
    callback(CommittedSession{std::move(session)});
  } else if (session.id.empty() && session.slot != nullptr) {
    CreateOnce(std::move(session), changes, std::move(callback));
  } else if (session.id.empty()) {
    Create(session, changes, std::move(callback));
  } else if (changes.regenerate()) {
    Regenerate(session, changes, std::move(callback));
  } else if (changes.set().empty() && changes.unset().empty()) {
    callback(CommittedSession{Use(std::move(session))});
  } else {
    Update(std::move(session), changes, std::move(callback));
  }
}

void RequestSessions::CreateOnce(RequestSession session, const SessionChanges& changes,
                                 CommitCallback callback) {
  const std::shared_ptr<SessionSlot> slot = session.slot;
  slot->Enter([this, slot, session = std::move(session), changes,
               callback = std::move(callback)](const std::string& id) mutable {
    if (!id.empty()) {
      session.id = id;
      Commit(std::move(session), changes, std::move(callback));
      return;
    }
    Create(session, changes,
           [slot, callback = std::move(callback)](absl::StatusOr<CommittedSession> committed) {
             slot->Done(committed.ok() ? committed->session.id : "");
             callback(std::move(committed));
           });
  });
}

void RequestSessions::Create(const RequestSession& session, const SessionChanges& changes,
                             CommitCallback callback) {
  session::v1::CreateRequest request;
  request.set_data_json(NewObject(session.data_json, changes));
  request.set_cookie_json(CookieOf(changes, session.cookie_json));
  client_.Create(std::move(request), kTimeout, WhenMade(std::move(callback)));
}

void RequestSessions::Destroy(const RequestSession& session, CommitCallback callback) {
  if (session.id.empty()) {
    callback(CommittedSession{});
    return;
  }
  client_.Destroy(session.id, kTimeout, [callback = std::move(callback)](const absl::Status& status) {
    if (!status.ok()) {
      callback(StoreError(status));
    } else {
      callback(CommittedSession{});
    }
  });
}

void RequestSessions::Regenerate(const RequestSession& session, const SessionChanges& changes,
                                 CommitCallback callback) {
  session::v1::RegenerateRequest request;
  request.set_old_id(session.id);
  const RequestSession fresh = Fresh();
  request.set_data_json(NewObject(fresh.data_json, changes));
  request.set_cookie_json(CookieOf(changes, fresh.cookie_json));
  client_.Regenerate(std::move(request), kTimeout, WhenMade(std::move(callback)));
}

void RequestSessions::Update(RequestSession session, const SessionChanges& changes, CommitCallback callback) {
  session::v1::UpdateRequest request;
  request.set_id(session.id);
  if (auto slid = SlideExpiry(session.cookie_json, options_.clock()); slid.has_value()) {
    (*request.mutable_set())[kCookieKey] = *std::move(slid);
  }
  for (const auto& [key, value] : changes.set()) (*request.mutable_set())[key] = value;
  for (const auto& key : changes.unset()) request.add_unset(key);
  uses_.IsFirst(session.id, options_.clock());
  client_.Update(std::move(request), kTimeout,
                 [session = std::move(session),
                  callback = std::move(callback)](absl::StatusOr<session::v1::Session> stored) {
                   if (stored.ok()) {
                     callback(CommittedSession{FromStored(*std::move(stored)), false, true});
                   } else if (absl::IsNotFound(stored.status())) {
                     callback(CommittedSession{session});
                   } else {
                     callback(StoreError(stored.status()));
                   }
                 });
}

RequestSession RequestSessions::Use(RequestSession session) {
  const absl::Time now = options_.clock();
  // The client is told of the new end each time (a rolling cookie), the store now and then.
  std::optional<std::string> slid = SlideExpiry(session.cookie_json, now);
  if (slid.has_value()) session.cookie_json = *slid;
  if (!uses_.IsFirst(session.id, now)) return session;
  if (slid.has_value()) {
    session::v1::UpdateRequest request;
    request.set_id(session.id);
    (*request.mutable_set())[kCookieKey] = *std::move(slid);
    client_.Update(std::move(request), kTimeout, [](const absl::StatusOr<session::v1::Session>&) {});
  } else {
    client_.Touch(session.id, kTimeout, [](const absl::Status&) {});
  }
  return session;
}

}  // namespace sail::gateway
