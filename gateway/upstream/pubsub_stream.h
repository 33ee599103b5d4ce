// One Attach stream, as PubSubLink uses it. Needs gRPC's headers.
#ifndef SAIL_GATEWAY_UPSTREAM_PUBSUB_STREAM_H_
#define SAIL_GATEWAY_UPSTREAM_PUBSUB_STREAM_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <cstdint>

#include "absl/status/status.h"
#include "protos/sail/pubsub/v1/pubsub.grpc.pb.h"

namespace sail::gateway {

// Deletes itself when it is over.
class PubSubStream final
    : public grpc::ClientBidiReactor<pubsub::v1::AttachRequest, pubsub::v1::AttachEvent> {
 public:
  // Called on gRPC's threads; OnEvent one at a time and in order, OnEnd as the last.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnEvent(pubsub::v1::AttachEvent event) = 0;
    // Nothing can be read or written any more.
    virtual void OnBroken() = 0;
    virtual void OnWritten(bool ok) = 0;
    virtual void OnEnd(const absl::Status& status) = 0;
  };

  explicit PubSubStream(Owner* owner) : owner_(owner) {}
  void Start(pubsub::v1::PubSubService::Stub& stub);
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override { owner_->OnWritten(ok); }
  void OnDone(const grpc::Status& status) override;

 private:
  Owner* const owner_;
  grpc::ClientContext context_;
  pubsub::v1::AttachEvent incoming_;
};

// Of requests that are answered by an event of their own, and of those events.
void SetRequestId(uint64_t id, pubsub::v1::AttachRequest* request);
uint64_t AnswerId(const pubsub::v1::AttachEvent& event);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_PUBSUB_STREAM_H_
