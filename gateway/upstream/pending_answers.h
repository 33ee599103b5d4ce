// Requests whose answers are awaited, by their ids.
#ifndef SAIL_GATEWAY_UPSTREAM_PENDING_ANSWERS_H_
#define SAIL_GATEWAY_UPSTREAM_PENDING_ANSWERS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace sail::gateway {

// Ids grow. Not thread-safe; calls nobody: what is due is handed out.
template <typename Callback>
class PendingAnswers {
 public:
  void Add(uint64_t id, absl::Time give_up, Callback done) {
    waiting_.emplace(id, Waiting{give_up, std::move(done)});
  }

  // Several may wait under one id; one of them.
  std::optional<Callback> Take(uint64_t id) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return std::nullopt;
    Callback done = std::move(found->second.done);
    waiting_.erase(found);
    return done;
  }

  // All up to that id.
  void TakeUpTo(uint64_t id, std::vector<Callback>* taken) {
    while (!waiting_.empty() && waiting_.begin()->first <= id) {
      taken->push_back(std::move(waiting_.begin()->second.done));
      waiting_.erase(waiting_.begin());
    }
  }

  // Those that have waited long enough, with their ids.
  void TakeExpired(absl::Time now, std::vector<std::pair<uint64_t, Callback>>* expired) {
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (it->second.give_up > now) {
        ++it;
        continue;
      }
      expired->emplace_back(it->first, std::move(it->second.done));
      it = waiting_.erase(it);
    }
  }

  // From now on all of them wait under this id.
  void MoveAllTo(uint64_t id) {
    std::multimap<uint64_t, Waiting> moved;
    for (auto& [old_id, waiting] : waiting_) moved.emplace(id, std::move(waiting));
    waiting_.swap(moved);
  }

  size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    absl::Time give_up;
    Callback done;
  };
  std::multimap<uint64_t, Waiting> waiting_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_PENDING_ANSWERS_H_
