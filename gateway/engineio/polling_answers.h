// What requests of HTTP long-polling are answered. CORS headers are the endpoint's.
#ifndef SAIL_GATEWAY_ENGINEIO_POLLING_ANSWERS_H_
#define SAIL_GATEWAY_ENGINEIO_POLLING_ANSWERS_H_

#include <vector>

#include "gateway/engineio/engine_error.h"
#include "gateway/engineio/outgoing_packet.h"
#include "gateway/engineio/packet.h"
#include "gateway/http/http_message.h"

namespace sail::gateway::engineio {

// 200 with the packets in the version's payload format, not to be cached; compressed from 1024 bytes on if
// the poll accepts it.
HttpResponse PayloadAnswer(const HttpRequest& poll, Version version,
                           const std::vector<OutgoingPacket>& packets);

// 200 "ok": a POST's packets have been taken.
HttpResponse PostTakenAnswer();

// A status without a body.
HttpResponse EmptyAnswer(int status);

// The error's status and JSON body.
HttpResponse ErrorAnswer(const EngineError& error);

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_POLLING_ANSWERS_H_
