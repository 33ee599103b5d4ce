// A link's end of the deliveries.
#ifndef SAIL_PUBSUB_DELIVERY_SINK_H_
#define SAIL_PUBSUB_DELIVERY_SINK_H_

#include <memory>

#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/history.h"

namespace sail::pubsub {

// Called on the bus's thread; must not block.
class DeliverySink {
 public:
  virtual ~DeliverySink() = default;
  virtual void Deliver(const std::shared_ptr<const v1::Operation>& operation) = 0;
  // Operations may be missing before this point.
  virtual void Gap() = 0;
  // What has been delivered is everything up to this position. Only where there is history.
  virtual void ReachPosition(Position position) {}
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_DELIVERY_SINK_H_
