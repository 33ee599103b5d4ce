// A session service in memory, for tests. Answers inside the call.
#ifndef SAIL_GATEWAY_UPSTREAM_FAKE_SESSION_CLIENT_H_
#define SAIL_GATEWAY_UPSTREAM_FAKE_SESSION_CLIENT_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/upstream/session_client.h"

namespace sail::gateway {

class FakeSessionClient final : public SessionClient {
 public:
  struct Stored {
    std::string created_data;                 // as given when it was made
    std::map<std::string, std::string> data;  // set since then
    std::vector<std::string> unset;
    std::string cookie;
  };

  void Create(session::v1::CreateRequest request, absl::Duration, Callback callback) override {
    Note("create");
    if (!failure.ok()) return callback(failure);
    callback(Insert(request.data_json(), request.cookie_json()));
  }
  void Get(const std::string& id, absl::Duration, Callback callback) override {
    Note("get " + id);
    if (!failure.ok()) return callback(failure);
    if (!sessions.contains(id)) return callback(absl::NotFoundError("no such session"));
    callback(Answer(id));
  }
  void Update(session::v1::UpdateRequest request, absl::Duration, Callback callback) override {
    Note("update " + request.id());
    if (!failure.ok()) return callback(failure);
    const auto found = sessions.find(request.id());
    if (found == sessions.end()) return callback(absl::NotFoundError("no such session"));
    for (const auto& [key, value] : request.set()) {
      (key == "cookie" ? found->second.cookie : found->second.data[key]) = value;
    }
    found->second.unset.assign(request.unset().begin(), request.unset().end());
    callback(Answer(request.id()));
  }
  void Touch(const std::string& id, absl::Duration, DoneCallback callback) override {
    Note("touch " + id);
    callback(failure);
  }
  void Destroy(const std::string& id, absl::Duration, DoneCallback callback) override {
    Note("destroy " + id);
    if (failure.ok()) sessions.erase(id);
    callback(failure);
  }
  void Regenerate(session::v1::RegenerateRequest request, absl::Duration, Callback callback) override {
    Note("regenerate " + request.old_id());
    if (!failure.ok()) return callback(failure);
    sessions.erase(request.old_id());
    callback(Insert(request.data_json(), request.cookie_json()));
  }
  bool ready() override { return failure.ok(); }

  // The calls since the last time: "get id1".
  std::vector<std::string> TakeCalls() { return std::exchange(calls_, {}); }

  // Ids are id1, id2, …
  std::map<std::string, Stored> sessions;
  absl::Status failure;  // of every call while it is not OK

 private:
  void Note(std::string call) { calls_.push_back(std::move(call)); }

  session::v1::Session Insert(const std::string& data, const std::string& cookie) {
    const std::string id = "id" + std::to_string(++last_id_);
    sessions[id] = {.created_data = data, .data = {}, .unset = {}, .cookie = cookie};
    return Answer(id);
  }
  session::v1::Session Answer(const std::string& id) {
    session::v1::Session session;
    session.set_id(id);
    session.set_data_json(sessions[id].created_data);
    session.set_cookie_json(sessions[id].cookie);
    return session;
  }

  int last_id_ = 0;
  std::vector<std::string> calls_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_FAKE_SESSION_CLIENT_H_
