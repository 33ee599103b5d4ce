// One gateway's Attach stream. Needs gRPC's headers: for pubsub_service.cc alone.
#ifndef SAIL_PUBSUB_GATEWAY_LINK_H_
#define SAIL_PUBSUB_GATEWAY_LINK_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <mutex>

#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "services/pubsub/cluster_bus.h"
#include "services/pubsub/link_queue.h"
#include "services/pubsub/publisher.h"
#include "services/pubsub/recovery_sessions.h"

namespace sail::pubsub {

// What all links need.
struct LinkParts {
  ClusterBus& bus;
  Publisher& publisher;
  // Null without history.
  History* history;
  RecoverySessions* sessions;
  ChannelNames names;
  absl::Duration publish_timeout;
  // Operations that were dropped since a gateway read too slowly.
  platform::metrics::Counter* dropped;
};

// Reads requests one after another, so that publishes keep their order; writes whatever has collected while
// the previous message was under way. Deletes itself when the stream is over.
class GatewayLink final : public grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachEvent> {
 public:
  // The part that outlives the stream in the hands of the bus and of callbacks. Thread-safe; without effect
  // once the stream has ended.
  class Handle final : public DeliverySink, public QuerySink {
   public:
    explicit Handle(GatewayLink* link, platform::metrics::Counter* dropped)
        : link_(link), dropped_(dropped) {}

    void Deliver(const std::shared_ptr<const v1::Operation>& operation) override;
    void Gap() override;
    void ReachPosition(Position position) override;
    void Ask(const std::shared_ptr<const v1::Query>& query) override;
    void Done(uint64_t id, const absl::Status& status, Position position = 0);
    // Any other answer.
    void Answer(v1::AttachEvent event);
    // Ends the stream with this status after the message that is being written.
    void Close(const grpc::Status& status);

   private:
    friend class GatewayLink;
    // With the mutex held and the link there.
    void WriteAnswerLocked();

    std::mutex mutex_;
    // Null once the stream has ended. All of the link's state is guarded by the mutex, too.
    GatewayLink* link_;
    LinkQueue queue_;
    platform::metrics::Counter* const dropped_;
  };

  // on_done: called once with the handle when the stream is over.
  GatewayLink(const LinkParts& parts, std::function<void(const std::shared_ptr<Handle>&)> on_done);

  const std::shared_ptr<Handle>& handle() const { return handle_; }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // Without the mutex: what it calls may answer at once.
  grpc::Status Process();
  // Requests of recovery and history.
  grpc::Status ProcessRecovery();
  void WriteLocked();
  void CloseLocked(const grpc::Status& status);

  const LinkParts parts_;
  const std::shared_ptr<Handle> handle_;
  const std::function<void(const std::shared_ptr<Handle>&)> on_done_;
  v1::AttachRequest incoming_;
  v1::AttachEvent outgoing_;
  // 0 before hello. Used by the reading side alone.
  LinkId id_ = 0;
  bool writing_ = false;
  bool closing_ = false;
  bool finished_ = false;
  grpc::Status status_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_GATEWAY_LINK_H_
