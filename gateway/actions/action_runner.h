// Runs one action for one request, whatever door it came through: session, policies, action, session changes,
// room operations.
#ifndef SAIL_GATEWAY_ACTIONS_ACTION_RUNNER_H_
#define SAIL_GATEWAY_ACTIONS_ACTION_RUNNER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/actions/request_session.h"
#include "platform/cancellation/cancellation.h"
#include "platform/policy/policy_table.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

class ActionClient;
class PubSubLink;

// The requesting socket, for what an answer does to it alone. Any thread.
class Requester {
 public:
  virtual ~Requester() = default;

  // Changes the socket's data, then carries out the operations (RoomOperations::own) in order. done comes
  // once all of it has taken effect: what is published in the joined rooms from then on reaches the socket,
  // which may be gone by then. RESOURCE_EXHAUSTED: a limit on the socket forbids it, nothing was done. Other
  // errors: a room that the pubsub service has not confirmed stays wanted and takes effect when it is back.
  virtual void Apply(const action::v1::SocketDataChanges& data,
                     std::vector<action::v1::RoomOperation> operations,
                     std::function<void(absl::Status)> done) = 0;
};

struct ActionCall {
  action::v1::ActionRequest request;  // without session
  ActionClient* client =
      nullptr;             // who implements the action; null: the answer is known, only the session is wanted
  std::string session_id;  // from a verified cookie or the socket; may be empty
  bool session_enabled = true;
  // Called once the session is there (or known to be disabled). What it answers stands in for the action,
  // which then does not run, nor do its policies; its session changes are committed. May be null.
  std::function<std::optional<action::v1::ActionResponse>(const RequestSession&)> answer_early;
  std::shared_ptr<Requester> requester;  // null over HTTP; of a connect that is accepted always applied
  bool keep_emits = false;               // RoomRequester::publish_emits
  // Called when the action is next, with what hands it to its service: at once, or when it is its turn. May
  // be null.
  std::function<void(std::function<void()>)> in_turn;
  uint64_t affinity = 0;                                 // CallOptions::affinity, of the action's call
  std::shared_ptr<SessionSlot> session_slot;             // RequestSession::slot
  std::shared_ptr<platform::Cancellation> cancellation;  // null: the client waits whatever happens
};

struct ActionResult {
  bool answered_early = false;  // the response is ActionCall::answer_early's
  absl::StatusOr<action::v1::ActionResponse> response = absl::UnknownError("not run");
  CommittedSession session;
};

// Who may run what, and who knows.
struct ActionPolicies {
  const platform::PolicyTable* table;  // not owned
  // Who runs the action of a named policy ("policies/isadmin"); null where nobody offers it. Any thread.
  std::function<ActionClient*(const std::string& action)> find;
};

// A named policy is an action: an answer of status 200 without a body lets the request pass (its session
// changes and headers last), every other answer is the client's. A policy that nobody offers lets nobody pass
// (UNAVAILABLE).
class ActionRunner {
 public:
  using Callback = std::function<void(ActionResult)>;

  // Not owned; they must outlive this.
  ActionRunner(RequestSessions& sessions, PubSubLink& pubsub, ActionPolicies policies,
               absl::Duration action_timeout)
      : sessions_(sessions),
        pubsub_(pubsub),
        policies_(std::move(policies)),
        action_timeout_(action_timeout) {}

  // The callback runs on a gRPC thread or on the caller's, exactly once. An error of the session store is the
  // result's error: the action then has not run, or its session changes may be lost and the client is told.
  // But what an action of an unsafe method has answered to a client without a session stands, if it asked for
  // no session changes: the client then gets no session.
  void Run(ActionCall call, Callback callback);

 private:
  struct State;
  void CheckPolicies(std::shared_ptr<State> state);
  void CheckNextPolicy(std::shared_ptr<State> state);
  void ApplyPolicy(std::shared_ptr<State> state, absl::StatusOr<action::v1::ActionResponse> response);
  void RunAction(std::shared_ptr<State> state);
  void TakeAnswer(std::shared_ptr<State> state, absl::StatusOr<action::v1::ActionResponse> response);
  void CommitSession(std::shared_ptr<State> state);
  void OperateRooms(std::shared_ptr<State> state);

  RequestSessions& sessions_;
  PubSubLink& pubsub_;
  const ActionPolicies policies_;
  const absl::Duration action_timeout_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_ACTION_RUNNER_H_
