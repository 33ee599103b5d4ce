// Counters, gauges and histograms in Prometheus' text format.
//
//   Counter* requests = registry.AddCounter("sail_session_requests_total", "Calls by method.", {{"method",
//   "Get"}}); requests->Increment();
//
// The instruments live as long as the registry. Add* may be called from any thread, and for the same name and
// labels again: it gives the same instrument. Updating is lock-free. Label values must come from a small
// fixed set.
#ifndef SAIL_PLATFORM_METRICS_METRICS_H_
#define SAIL_PLATFORM_METRICS_METRICS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace sail::platform::metrics {

class Counter {
 public:
  void Increment(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Durations in seconds, in buckets from 100 µs to 10 s.
class Histogram {
 public:
  static constexpr std::array<double, 15> kBounds = {
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
  void Observe(double seconds);

 private:
  friend class Registry;
  std::array<std::atomic<uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<uint64_t> sum_nanoseconds_{0};
};

using Labels = std::map<std::string, std::string>;

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter* AddCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge* AddGauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram* AddHistogram(std::string_view name, std::string_view help, const Labels& labels = {});

  // Everything, in the text exposition format 0.0.4, with the process's own CPU time, memory and start time.
  std::string Text() const;

 private:
  struct Family;
  template <typename T>
  T* Add(std::string_view name, std::string_view help, const Labels& labels, const char* type);

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
};

}  // namespace sail::platform::metrics

#endif  // SAIL_PLATFORM_METRICS_METRICS_H_
