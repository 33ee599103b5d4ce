// What waits to be written to one gateway.
#ifndef SAIL_PUBSUB_LINK_QUEUE_H_
#define SAIL_PUBSUB_LINK_QUEUE_H_

#include <cstddef>
#include <deque>
#include <memory>

#include "absl/status/status.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::pubsub {

// Keeps the order of everything. Bounded: when operations of more than max_bytes or more than max_operations
// wait, all of them are dropped and a gap takes their place. Not thread-safe.
class LinkQueue {
 public:
  static constexpr size_t kMaxBytes = size_t{8} << 20;
  static constexpr size_t kMaxOperations = 65536;
  // A message grows up to this size; a single operation may be larger.
  static constexpr size_t kMessageBytes = size_t{1} << 20;

  explicit LinkQueue(size_t max_bytes = kMaxBytes, size_t max_operations = kMaxOperations)
      : max_bytes_(max_bytes), max_operations_(max_operations) {}

  // Gives the number of operations dropped, 0 as a rule.
  size_t Deliver(std::shared_ptr<const v1::Operation> operation);
  void Done(uint64_t id, const absl::Status& status, uint64_t position = 0);
  // Any other event. Counts among the answers.
  void Add(v1::AttachEvent event);
  // A position behind another one stands for both.
  void Position(uint64_t position);
  // Two gaps in a row are one.
  void Gap();
  // The caller bounds how many wait.
  void Query(std::shared_ptr<const v1::Query> query);

  // The next message: a run of operations, or one of the others. False: nothing waits.
  bool Take(v1::AttachEvent* event);

  // Answers that wait; the caller bounds them by bounding what it asks.
  size_t dones() const { return dones_; }

 private:
  struct Entry {
    // Exactly one of them, or none: a gap.
    std::shared_ptr<const v1::Operation> operation;
    std::unique_ptr<v1::AttachEvent> event;
    uint64_t position = 0;
    size_t bytes = 0;
    std::shared_ptr<const v1::Query> query = nullptr;

    bool is_gap() const {
      return operation == nullptr && event == nullptr && position == 0 && query == nullptr;
    }
  };

  const size_t max_bytes_;
  const size_t max_operations_;
  std::deque<Entry> entries_;
  size_t bytes_ = 0;
  size_t operations_ = 0;
  size_t dones_ = 0;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_LINK_QUEUE_H_
