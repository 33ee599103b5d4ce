// A link to nowhere that writes down what is published, for tests. Answers inside the call.
#ifndef SAIL_GATEWAY_UPSTREAM_FAKE_PUBSUB_LINK_H_
#define SAIL_GATEWAY_UPSTREAM_FAKE_PUBSUB_LINK_H_

#include <string>
#include <utility>
#include <vector>

#include "gateway/upstream/pubsub_link.h"

namespace sail::gateway {

class FakePubSubLink final : public PubSubLink {
 public:
  void AddInterest(std::vector<RoomKey>, Done done) override { done(absl::OkStatus()); }
  void RemoveInterest(std::vector<RoomKey>) override {}
  void Publish(std::vector<pubsub::v1::Operation> operations, Done done) override {
    for (auto& operation : operations) published.push_back(std::move(operation));
    done(failure);
  }
  void Answer(pubsub::v1::Answer answer) override { answers.push_back(std::move(answer)); }
  void Ask(pubsub::v1::AttachRequest request, OnAnswer done) override {
    asked.push_back({std::move(request), std::move(done)});
  }
  bool attached() override { return is_attached; }

  std::vector<pubsub::v1::Operation> published;
  std::vector<pubsub::v1::Answer> answers;
  absl::Status failure;
  // For the test to answer.
  std::vector<std::pair<pubsub::v1::AttachRequest, OnAnswer>> asked;
  bool is_attached = true;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_FAKE_PUBSUB_LINK_H_
