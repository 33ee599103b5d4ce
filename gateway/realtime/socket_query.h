// What one event loop answers to a query about its sockets.
#ifndef SAIL_GATEWAY_REALTIME_SOCKET_QUERY_H_
#define SAIL_GATEWAY_REALTIME_SOCKET_QUERY_H_

#include <memory>
#include <string>

#include "gateway/http/event_loop.h"
#include "gateway/realtime/query_answer.h"
#include "gateway/socketio/rooms.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::gateway {

// On the loop. table: of the query's namespace, whose members are all sockets; null for a namespace that the
// gateway does not have. Describing many sockets goes on in portions, so that others have their turn.
void AnswerOnLoop(EventLoop& loop, socketio::RoomTable* table,
                  const std::shared_ptr<const pubsub::v1::Query>& query, const std::string& gateway_id,
                  const std::shared_ptr<QueryAnswer>& answer);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_SOCKET_QUERY_H_
