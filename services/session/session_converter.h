// Messages of sail.session.v1 to and from the service's own types: the only place where the two meet.
#ifndef SAIL_SESSION_SESSION_CONVERTER_H_
#define SAIL_SESSION_SESSION_CONVERTER_H_

#include "protos/sail/session/v1/session.pb.h"
#include "services/session/session.h"
#include "services/session/user_sessions.h"

namespace sail::session {

SessionContent ContentFrom(const v1::CreateRequest& request);
SessionContent ContentFrom(const v1::RegenerateRequest& request);
SessionChanges ChangesFrom(const v1::UpdateRequest& request);
void ToProto(Session&& session, v1::Session* proto);
void ToProto(UserSession&& session, v1::UserSession* proto);

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_CONVERTER_H_
