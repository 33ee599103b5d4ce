#include "services/pubsub/cluster_bus.h"

#include <utility>

#include "platform/redis/subscriber.h"

namespace sail::pubsub {

namespace redis = platform::redis;

class ClusterBus::RedisChannels final : public Channels {
 public:
  RedisChannels(redis::EventLoop& loop, redis::ConnectionOptions options, redis::Client& client,
                redis::Subscriber::Handlers handlers, platform::metrics::Registry& registry)
      : client_(client), subscriber_(loop, std::move(options), std::move(handlers), registry) {}

  void Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) override {
    subscriber_.Subscribe(std::move(channels), std::move(done));
  }
  void Unsubscribe(std::vector<std::string> channels) override {
    subscriber_.Unsubscribe(std::move(channels));
  }
  bool connected() const override { return subscriber_.connected(); }
  void Publish(std::string channel, std::string payload) override {
    // A lost answer makes the asker wait for its own timeout, as it would for a node that is gone.
    client_.Command({"PUBLISH", std::move(channel), std::move(payload)}, absl::Seconds(5),
                    [](const absl::StatusOr<redis::Reply>&) {});
  }

 private:
  redis::Client& client_;
  redis::Subscriber subscriber_;
};

ClusterBus::ClusterBus(redis::ConnectionOptions options, ChannelNames names, redis::Client& client,
                       FreshRooms& fresh, platform::metrics::Registry& registry) {
  loop_.Run([&] {
    channels_ = std::make_unique<RedisChannels>(
        loop_, std::move(options), client,
        redis::Subscriber::Handlers{
            .on_message = [this](const std::string& channel,
                                 std::string&& payload) { fan_out_->OnMessage(channel, payload); },
            .on_gap = [this] { fan_out_->OnGap(); }},
        registry);
    fan_out_ = std::make_unique<FanOut>(std::move(names), *channels_, fresh, absl::Now, registry);
    timer_ = std::make_unique<redis::Timer>(loop_);
    ScheduleTick();
  });
}

ClusterBus::~ClusterBus() {
  loop_.Run([this] {
    timer_.reset();
    // Ends the subscriber's callbacks, which lead to the fan-out, before that goes.
    channels_.reset();
    fan_out_.reset();
  });
}

void ClusterBus::ScheduleTick() {
  timer_->Start(absl::Seconds(1), [this] {
    fan_out_->Tick();
    ScheduleTick();
  });
}

LinkId ClusterBus::Attach(std::shared_ptr<DeliverySink> sink) {
  const LinkId link = ++last_link_;
  loop_.Post([this, link, sink = std::move(sink)]() mutable {
    if (fan_out_ != nullptr) fan_out_->Attach(link, std::move(sink));
  });
  return link;
}

void ClusterBus::Detach(LinkId link) {
  loop_.Post([this, link] {
    if (fan_out_ != nullptr) fan_out_->Detach(link);
  });
}

void ClusterBus::ChangeInterest(LinkId link, v1::InterestChange change,
                                std::function<void(absl::Status)> done) {
  loop_.Post([this, link, change = std::move(change), done = std::move(done)] {
    if (fan_out_ != nullptr) fan_out_->ChangeInterest(link, change, done);
  });
}

}  // namespace sail::pubsub
