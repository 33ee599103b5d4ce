#include "gateway/actions/action_runner.h"

#include <utility>

#include "absl/time/clock.h"
#include "gateway/actions/room_operations.h"
#include "gateway/upstream/action_client.h"
#include "gateway/upstream/pubsub_link.h"
#include "platform/log/log.h"
#include "platform/text/string_view.h"

namespace sail::gateway {

namespace {

using action::v1::ActionResponse;

bool Passes(const ActionResponse& response) {
  return (response.status() == 0 || response.status() == 200) && response.body().empty() &&
         response.body_type() == action::v1::BODY_TYPE_UNSPECIFIED;
}

bool HasChanges(const action::v1::SessionChanges& changes) {
  return !changes.set().empty() || !changes.unset().empty() || changes.destroy() || changes.regenerate();
}

// Whether a connect with this answer is refused.
bool IsRefusal(const ActionResponse& response) {
  return response.has_connect_refusal() || response.status() >= 400;
}

ActionResponse Forbidden() {
  ActionResponse response;
  response.set_status(403);
  response.set_body_type(action::v1::BODY_TYPE_TEXT);
  response.set_body("Forbidden");
  return response;
}

}  // namespace

struct ActionRunner::State {
  ActionCall call;
  Callback callback;
  absl::Time deadline;
  RoomRequester requester;
  bool connecting = false;
  const platform::Policy* policy = nullptr;
  size_t policies_passed = 0;
  bool changing = false;  // the action has run, and its method is not a safe one
  ActionResponse passed;  // what the policies that let the request pass have said
  ActionResult result;

  void Fail(absl::Status status) {
    result.response = std::move(status);
    callback(std::move(result));
  }

  // What the action is to see of the session.
  void SetSession(const RequestSession& session) {
    action::v1::Session* out = call.request.mutable_session();
    out->set_id(session.id);
    out->set_data_json(session.data_json);
    out->set_cookie_json(session.cookie_json);
  }

  // What a policy or the action has made of the session, after what was before.
  void Take(CommittedSession&& committed) {
    const CommittedSession before = std::exchange(result.session, std::move(committed));
    const bool stored = !result.session.session.id.empty();
    result.session.id_changed |= before.id_changed && stored;
    result.session.data_changed |= before.data_changed && stored;
  }

  // An action that may have changed something must not be called failed for want of a new session that nobody
  // has put anything into.
  bool MayGoWithoutSession(const absl::Status& status) const {
    return changing && absl::IsUnavailable(status) && result.session.session.id.empty() &&
           !HasChanges(result.response->session_changes());
  }

  CallOptions Options(bool repeatable, uint64_t affinity = 0) const {
    return {deadline - absl::Now(), repeatable, call.cancellation, affinity};
  }
};

void ActionRunner::Run(ActionCall call, Callback callback) {
  auto state = std::make_shared<State>();
  state->call = std::move(call);
  state->callback = std::move(callback);
  state->deadline = absl::Now() + action_timeout_;
  const action::v1::ActionRequest& request = state->call.request;
  if (request.has_socket()) {
    state->requester = {request.socket().namespace_(), request.socket().id(), state->call.keep_emits};
  }
  state->connecting = request.socket_event().kind() == action::v1::SocketEvent::KIND_CONNECT;
  if (!state->call.session_enabled) {
    state->result.session.session.enabled = false;
    CheckPolicies(std::move(state));
    return;
  }
  const std::string id = state->call.session_id;
  sessions_.Load(id, [this, state](absl::StatusOr<RequestSession> session) {
    if (!session.ok()) {
      state->Fail(session.status());
      return;
    }
    session->slot = state->call.session_slot;
    state->SetSession(*session);
    state->result.session.session = *std::move(session);
    CheckPolicies(state);
  });
}

void ActionRunner::CheckPolicies(std::shared_ptr<State> state) {
  if (state->call.answer_early) {
    auto answer = state->call.answer_early(state->result.session.session);
    if (answer.has_value()) {
      state->result.answered_early = true;
      state->result.response = *std::move(answer);
      CommitSession(std::move(state));
      return;
    }
  }
  if (state->call.client == nullptr) {
    state->result.response = ActionResponse();
    CommitSession(std::move(state));
    return;
  }
  state->policy = &policies_.table->Find(state->call.request.action());
  switch (state->policy->kind) {
    case platform::Policy::Kind::kAllow:
      RunAction(std::move(state));
      break;
    case platform::Policy::Kind::kDeny:
      state->result.response = Forbidden();
      CommitSession(std::move(state));
      break;
    case platform::Policy::Kind::kNamed:
      CheckNextPolicy(std::move(state));
      break;
  }
}

void ActionRunner::CheckNextPolicy(std::shared_ptr<State> state) {
  if (state->policies_passed == state->policy->names.size()) {
    RunAction(std::move(state));
    return;
  }
  const std::string name = "policies/" + state->policy->names[state->policies_passed];
  ActionClient* client = policies_.find(name);
  if (client == nullptr) {
    state->Fail(absl::UnavailableError("no service offers " + name));
    return;
  }
  action::v1::ActionRequest request = state->call.request;
  request.set_action(name);
  client->Run(
      std::move(request), state->Options(false),
      [this, state](absl::StatusOr<ActionResponse> response) { ApplyPolicy(state, std::move(response)); });
}

void ActionRunner::ApplyPolicy(std::shared_ptr<State> state, absl::StatusOr<ActionResponse> response) {
  if (!response.ok()) {
    // A service that has forgotten its policy must not look like a path that does not exist.
    state->Fail(absl::IsUnimplemented(response.status()) ? absl::UnavailableError(response.status().message())
                                                         : response.status());
    return;
  }
  if (!Passes(*response)) {
    state->result.response = std::move(response);
    CommitSession(std::move(state));
    return;
  }
  ++state->policies_passed;
  state->passed.mutable_headers()->MergeFrom(response->headers());
  state->passed.mutable_room_operations()->MergeFrom(response->room_operations());
  if (!HasChanges(response->session_changes())) {
    CheckNextPolicy(std::move(state));
    return;
  }
  sessions_.Commit(state->result.session.session, response->session_changes(),
                   [this, state](absl::StatusOr<CommittedSession> committed) {
                     if (!committed.ok()) {
                       state->Fail(committed.status());
                       return;
                     }
                     state->Take(*std::move(committed));
                     if (state->result.session.session.enabled)
                       state->SetSession(state->result.session.session);
                     CheckNextPolicy(state);
                   });
}

void ActionRunner::RunAction(std::shared_ptr<State> state) {
  const std::string& method = state->call.request.method();
  const bool repeatable = method == "GET" || method == "HEAD" || method == "OPTIONS";
  state->changing = !repeatable;
  auto run = [this, state, repeatable] {
    state->call.client->Run(
        std::move(state->call.request), state->Options(repeatable, state->call.affinity),
        [this, state](absl::StatusOr<ActionResponse> response) { TakeAnswer(state, std::move(response)); });
  };
  if (state->call.in_turn) {
    state->call.in_turn(std::move(run));
  } else {
    run();
  }
}

void ActionRunner::TakeAnswer(std::shared_ptr<State> state, absl::StatusOr<ActionResponse> response) {
  state->result.response = std::move(response);
  if (!state->result.response.ok()) {
    state->callback(std::move(state->result));
    return;
  }
  ActionResponse& answer = *state->result.response;
  // In front of the action's own, which count where they contradict.
  if (state->passed.ByteSizeLong() > 0) {
    state->passed.MergeFrom(answer);
    answer.Swap(&state->passed);
  }
  CommitSession(std::move(state));
}

void ActionRunner::CommitSession(std::shared_ptr<State> state) {
  sessions_.Commit(state->result.session.session, state->result.response->session_changes(),
                   [this, state](absl::StatusOr<CommittedSession> committed) {
                     if (committed.ok()) {
                       state->Take(*std::move(committed));
                     } else if (!state->MayGoWithoutSession(committed.status())) {
                       state->Fail(committed.status());
                       return;
                     }
                     OperateRooms(state);
                   });
}

void ActionRunner::OperateRooms(std::shared_ptr<State> state) {
  const ActionResponse& response = *state->result.response;
  const bool refused = state->connecting && IsRefusal(response);
  const bool silent = response.room_operations().empty() && !response.has_socket_data() && !state->connecting;
  if (refused || silent) {
    state->callback(std::move(state->result));
    return;
  }
  RoomOperations operations = SplitRoomOperations(response, state->requester);
  auto publish = [this, state, operations = std::move(operations.publish)](absl::Status applied) mutable {
    if (absl::IsResourceExhausted(applied)) {
      state->Fail(std::move(applied));
      return;
    }
    if (!applied.ok()) {
      platform::Log(platform::Severity::kWarning, "room not confirmed",
                    {{"error", platform::ToStd(applied.message())}});
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
  const bool applies = state->connecting || !operations.own.empty() || response.has_socket_data();
  if (state->call.requester == nullptr || !applies) {
    publish(absl::OkStatus());
  } else {
    state->call.requester->Apply(response.socket_data(), std::move(operations.own), std::move(publish));
  }
}

}  // namespace sail::gateway
