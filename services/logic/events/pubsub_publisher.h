#ifndef SAIL_LOGIC_EVENTS_PUBSUB_PUBLISHER_H_
#define SAIL_LOGIC_EVENTS_PUBSUB_PUBLISHER_H_

#include <string>

#include "services/logic/events/outbox_relay.h"

namespace sail::logic {

// Publishes through the replicas behind target (platform/rpc/resolver.h): always the same one while it
// answers, then the next. UNAVAILABLE where none does. For one thread.
OutboxRelay::Publish MakePublisher(std::string target);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_EVENTS_PUBSUB_PUBLISHER_H_
