// Runs one action for one request, whatever door it came through: session, policies, action, session changes,
// room operations.
#ifndef SAIL_GATEWAY_ACTIONS_ACTION_RUNNER_H_
#define SAIL_GATEWAY_ACTIONS_ACTION_RUNNER_H_

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
#include "platform/policy/policy_table.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

class ActionClient;
class Cancellation;
class PubSubLink;

// The requesting socket's own rooms. Any thread.
class RequesterRooms {
 public:
  virtual ~RequesterRooms() = default;
  // done comes once what is published in the rooms from now on reaches the socket. The socket may be gone by
  // then.
  virtual void Join(std::vector<std::string> rooms, std::function<void(absl::Status)> done) = 0;
  virtual void Leave(std::vector<std::string> rooms) = 0;
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
  std::shared_ptr<RequesterRooms> rooms;       // null over HTTP
  std::shared_ptr<Cancellation> cancellation;  // null: the client waits whatever happens
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
  void CommitSession(std::shared_ptr<State> state);
  void OperateRooms(std::shared_ptr<State> state);

  RequestSessions& sessions_;
  PubSubLink& pubsub_;
  const ActionPolicies policies_;
  const absl::Duration action_timeout_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_ACTION_RUNNER_H_
