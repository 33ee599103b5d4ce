#include "services/session/session_converter.h"

#include <utility>

namespace sail::session {

SessionContent ContentFrom(const v1::CreateRequest& request) {
  return {request.data_json(), request.cookie_json()};
}

SessionContent ContentFrom(const v1::RegenerateRequest& request) {
  return {request.data_json(), request.cookie_json()};
}

SessionChanges ChangesFrom(const v1::UpdateRequest& request) {
  return {{request.set().begin(), request.set().end()}, {request.unset().begin(), request.unset().end()}};
}

void ToProto(Session&& session, v1::Session* proto) {
  proto->set_id(std::move(session.id));
  proto->set_data_json(std::move(session.data_json));
  proto->set_cookie_json(std::move(session.cookie_json));
}

void ToProto(UserSession&& session, v1::UserSession* proto) {
  proto->set_id(std::move(session.id));
  proto->set_cookie_json(std::move(session.cookie_json));
  proto->set_since_ms(absl::ToUnixMillis(session.since));
  proto->set_last_seen_ms(absl::ToUnixMillis(session.last_seen));
  proto->set_expires_ms(absl::ToUnixMillis(session.expires));
}

}  // namespace sail::session
