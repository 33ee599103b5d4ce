// One request as an action sees it, and the answer that the action fills.
#ifndef SAIL_TESTS_INTEROP_ACTIONS_CC_CONTEXT_H_
#define SAIL_TESTS_INTEROP_ACTIONS_CC_CONTEXT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protos/sail/action/v1/action.pb.h"

namespace sail::interop {

using action::v1::ActionRequest;
using action::v1::ActionResponse;

// Names and values in their order; values are JSON text.
using Members = std::vector<std::pair<std::string, std::string>>;

// What JavaScript makes of a value.
bool IsTruthy(std::string_view json);
std::optional<double> ToNumber(std::string_view json);  // nullopt: NaN
std::string ToText(std::string_view json);              // a string without its quotes, all else as it is
std::string Quoted(std::string_view text);
std::string NumberText(double number);

// Used by one thread. The request outlives it.
class Context {
 public:
  Context(const ActionRequest& request, ActionResponse* response) : request_(request), response_(*response) {}

  const ActionRequest& request() const { return request_; }
  bool is_socket() const { return request_.has_socket(); }

  // The parameter's JSON text: path, then body, then query; null counts as missing.
  std::optional<std::string> Param(std::string_view name) const;
  bool HasTruthy(std::string_view name) const;
  // A name or an array of names, as texts.
  std::vector<std::string> Names(std::string_view param) const;
  // All parameters, those of the path over those of the body over those of the query.
  Members AllParams() const;

  bool has_session() const { return request_.has_session(); }
  // The session's value as JSON text; nullopt if there is none.
  std::optional<std::string> SessionValue(std::string_view key) const;
  void SetSession(const std::string& key, std::string json);
  void UnsetSession(const std::string& key);
  action::v1::SessionChanges& changes() { return *response_.mutable_session_changes(); }

  void Json(std::string json, int status = 200);
  void Text(std::string text, int status = 200);
  void AddHeader(const std::string& name, const std::string& value);
  action::v1::RoomOperation& AddRoomOperation() { return *response_.add_room_operations(); }
  ActionResponse& response() { return response_; }

 private:
  const ActionRequest& request_;
  ActionResponse& response_;
};

// The members of an object; none for any other text.
Members MembersOf(std::string_view json);
std::string ToObject(const Members& members);

}  // namespace sail::interop

#endif  // SAIL_TESTS_INTEROP_ACTIONS_CC_CONTEXT_H_
