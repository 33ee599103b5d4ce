// A Redis and gateways that write down what they are told, for tests.
#ifndef SAIL_PUBSUB_FAKE_QUERY_WIRE_H_
#define SAIL_PUBSUB_FAKE_QUERY_WIRE_H_

#include <string>
#include <utility>
#include <vector>

#include "services/pubsub/gateway_query.h"
#include "services/pubsub/query_wire.h"

namespace sail::pubsub {

// Answers inside the call.
class FakeQueryWire final : public QueryWire {
 public:
  using Names = std::vector<std::string>;

  void Subscribe(Names channels, std::function<void(absl::Status)> done) override {
    subscribed.insert(subscribed.end(), channels.begin(), channels.end());
    if (done) done(absl::OkStatus());
  }
  void Unsubscribe(Names channels) override {
    unsubscribed.insert(unsubscribed.end(), channels.begin(), channels.end());
  }
  void Publish(std::string channel, std::string payload) override {
    published.emplace_back(std::move(channel), std::move(payload));
  }
  void CountSubscribers(Names, std::function<void(absl::StatusOr<std::vector<int64_t>>)> done) override {
    done(counts);
  }
  void ListChannels(std::string, std::function<void(absl::StatusOr<Names>)> done) override { done(channels); }

  // Of the request channel, and of our own.
  absl::StatusOr<std::vector<int64_t>> counts = std::vector<int64_t>{0, 0};
  Names channels, subscribed, unsubscribed;
  std::vector<std::pair<std::string, std::string>> published;
};

class FakeGateway final : public QuerySink {
 public:
  void Ask(const std::shared_ptr<const v1::Query>& query) override { asked.push_back(*query); }
  std::vector<v1::Query> asked;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_FAKE_QUERY_WIRE_H_
