#include "services/session/session_manager.h"

#include <utility>

#include "services/session/session_errors.h"
#include "services/session/session_lifetime.h"

namespace sail::session {
namespace {

// An id that is taken already means a broken source of randomness; one more try tells it from a repeated
// command.
constexpr int kIdAttempts = 2;

}  // namespace

SessionManager::SessionManager(SessionStore& store, UserSessions& users, SessionManagerOptions options)
    : store_(store), users_(users), options_(std::move(options)), updater_(store, users, options_.updater) {}

absl::StatusOr<SessionDocument> SessionManager::NewDocument(const SessionContent& content) const {
  absl::StatusOr<SessionDocument> document = SessionDocument::FromContent(content);
  if (document.ok() && document->size() > options_.updater.max_bytes)
    return SessionTooLarge(options_.updater.max_bytes);
  return document;
}

void SessionManager::Create(const SessionContent& content, absl::Duration timeout, SessionDone done) {
  absl::StatusOr<SessionDocument> document = NewDocument(content);
  if (!document.ok()) {
    done(document.status());
    return;
  }
  Insert(*std::move(document), kIdAttempts, Now() + timeout, std::move(done));
}

void SessionManager::Insert(SessionDocument document, int attempts_left, absl::Time deadline,
                            SessionDone done) {
  const std::string id = options_.new_id();
  const absl::Duration ttl = LifetimeOfNewCookie(document.cookie_json(), Now(), options_.updater.default_ttl);
  std::string text = document.Text();
  store_.Insert(id, std::move(text), ttl, deadline - Now(),
                [this, id, ttl, document = std::move(document), attempts_left, deadline,
                 done = std::move(done)](absl::Status status) mutable {
                  if (status.ok()) {
                    Enter(document, id, ttl, deadline, std::move(done));
                  } else if (absl::IsAlreadyExists(status) && attempts_left > 1) {
                    Insert(std::move(document), attempts_left - 1, deadline, std::move(done));
                  } else if (absl::IsAlreadyExists(status)) {
                    done(absl::InternalError("new session ids are taken already"));
                  } else {
                    done(std::move(status));
                  }
                });
}

void SessionManager::Enter(const SessionDocument& document, const std::string& id, absl::Duration ttl,
                           absl::Time deadline, SessionDone done) {
  // After the session is there: an entry without a session is taken for one that was revoked. When this fails
  // nobody learns of the session, and it expires unused.
  users_.Keep(users_.UserOf(document), id, ttl, deadline - Now(),
              [session = document.ToSession(id), done = std::move(done)](absl::Status status) mutable {
                if (status.ok()) {
                  done(std::move(session));
                } else {
                  done(std::move(status));
                }
              });
}

void SessionManager::Get(const std::string& id, absl::Duration timeout, SessionDone done) {
  if (!IsSessionId(id)) {
    done(InvalidSessionId());
    return;
  }
  store_.Read(id, timeout, [id, done = std::move(done)](absl::StatusOr<std::string> text) {
    if (!text.ok()) {
      done(text.status());
      return;
    }
    const absl::StatusOr<SessionDocument> document = SessionDocument::FromStored(*text);
    if (document.ok()) {
      done(document->ToSession(id));
    } else {
      done(document.status());
    }
  });
}

void SessionManager::Update(const std::string& id, SessionChanges changes, absl::Duration timeout,
                            SessionDone done) {
  if (!IsSessionId(id)) {
    done(InvalidSessionId());
  } else if (absl::Status status = SessionDocument::Check(changes); !status.ok()) {
    done(std::move(status));
  } else {
    updater_.Update(id, std::move(changes), timeout, std::move(done));
  }
}

void SessionManager::Touch(const std::string& id, absl::Duration timeout, Done done) {
  if (!IsSessionId(id)) {
    done(InvalidSessionId());
    return;
  }
  // The cookie says how long the session lives from now on.
  const absl::Time deadline = Now() + timeout;
  store_.Read(id, timeout,
              [this, id, deadline, done = std::move(done)](absl::StatusOr<std::string> text) mutable {
                absl::StatusOr<SessionDocument> document =
                    text.ok() ? SessionDocument::FromStored(*text) : text.status();
                if (!document.ok()) {
                  done(document.status());
                  return;
                }
                const absl::Duration ttl =
                    LifetimeOnUse(document->cookie_json(), Now(), options_.updater.default_ttl);
                users_.Keep(users_.UserOf(*document), id, ttl, deadline - Now(),
                            [this, id, ttl, deadline, done = std::move(done)](absl::Status status) mutable {
                              if (!status.ok()) return done(std::move(status));
                              store_.Touch(id, ttl, deadline - Now(), std::move(done));
                            });
              });
}

void SessionManager::Destroy(const std::string& id, absl::Duration timeout, Done done) {
  if (!IsSessionId(id)) {
    done(InvalidSessionId());
    return;
  }
  store_.Remove(id, timeout, [this, id, done = std::move(done)](absl::StatusOr<std::string> text) {
    if (text.ok()) users_.ForgetRemoved(id, *text);
    done(text.status());
  });
}

void SessionManager::Regenerate(const std::string& old_id, const SessionContent& content,
                                absl::Duration timeout, SessionDone done) {
  absl::StatusOr<SessionDocument> document = NewDocument(content);
  if (!document.ok()) {
    done(document.status());
    return;
  }
  const absl::Time deadline = Now() + timeout;
  Destroy(
      old_id, timeout,
      [this, document = *std::move(document), deadline, done = std::move(done)](absl::Status status) mutable {
        if (!status.ok()) {
          done(std::move(status));
        } else {
          Insert(std::move(document), kIdAttempts, deadline, std::move(done));
        }
      });
}

}  // namespace sail::session
