#include "gateway/actions/action_runner.h"

#include <utility>

#include "gateway/actions/room_operations.h"
#include "gateway/upstream/action_client.h"
#include "gateway/upstream/pubsub_link.h"
#include "platform/log/log.h"
#include "platform/text/string_view.h"

namespace sail::gateway {

struct ActionRunner::State {
  ActionCall call;
  Callback callback;
  std::string nsp = "/";  // over HTTP rooms are those of "/"
  ActionResult result;

  void Fail(absl::Status status) {
    result.response = std::move(status);
    callback(std::move(result));
  }
};

void ActionRunner::Run(ActionCall call, Callback callback) {
  auto state = std::make_shared<State>();
  state->call = std::move(call);
  state->callback = std::move(callback);
  if (state->call.request.has_socket()) state->nsp = state->call.request.socket().namespace_();
  if (!state->call.session_enabled) {
    state->result.session.session.enabled = false;
    RunAction(std::move(state));
    return;
  }
  const std::string id = state->call.session_id;
  sessions_.Load(id, [this, state](absl::StatusOr<RequestSession> session) {
    if (!session.ok()) {
      state->Fail(session.status());
      return;
    }
    action::v1::Session* out = state->call.request.mutable_session();
    out->set_id(session->id);
    out->set_data_json(session->data_json);
    out->set_cookie_json(session->cookie_json);
    state->result.session.session = *std::move(session);
    RunAction(state);
  });
}

void ActionRunner::RunAction(std::shared_ptr<State> state) {
  if (state->call.client == nullptr) {
    state->result.response = action::v1::ActionResponse();
    CommitSession(std::move(state));
    return;
  }
  const std::string& method = state->call.request.method();
  const bool repeatable = method == "GET" || method == "HEAD" || method == "OPTIONS";
  ActionClient* client = state->call.client;
  client->Run(std::move(state->call.request), action_timeout_, repeatable,
              [this, state](absl::StatusOr<action::v1::ActionResponse> response) {
                state->result.response = std::move(response);
                if (state->result.response.ok()) {
                  CommitSession(state);
                } else {
                  state->callback(std::move(state->result));
                }
              });
}

void ActionRunner::CommitSession(std::shared_ptr<State> state) {
  sessions_.Commit(state->result.session.session, state->result.response->session_changes(),
                   [this, state](absl::StatusOr<CommittedSession> committed) {
                     if (!committed.ok()) {
                       state->Fail(committed.status());
                       return;
                     }
                     state->result.session = *std::move(committed);
                     OperateRooms(state);
                   });
}

void ActionRunner::OperateRooms(std::shared_ptr<State> state) {
  if (state->result.response->room_operations().empty()) {
    state->callback(std::move(state->result));
    return;
  }
  RoomOperations operations = SplitRoomOperations(*state->result.response, state->nsp);
  auto publish = [this, state, operations = std::move(operations.publish)](absl::Status joined) mutable {
    // A join that the pubsub service has not confirmed stays wanted and takes effect when it is back.
    if (!joined.ok()) {
      platform::Log(platform::Severity::kWarning, "room not confirmed",
                    {{"error", platform::ToStd(joined.message())}});
    }
    if (operations.empty()) {
      state->callback(std::move(state->result));
      return;
    }
    pubsub_.Publish(std::move(operations), [state](absl::Status published) {
      if (!published.ok()) state->result.response = std::move(published);
      state->callback(std::move(state->result));
    });
  };
  if (state->call.rooms == nullptr) {
    publish(absl::OkStatus());
    return;
  }
  if (!operations.leave.empty()) state->call.rooms->Leave(std::move(operations.leave));
  if (operations.join.empty()) {
    publish(absl::OkStatus());
  } else {
    state->call.rooms->Join(std::move(operations.join), std::move(publish));
  }
}

}  // namespace sail::gateway
