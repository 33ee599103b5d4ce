#include "services/logic/events/outbox_relay.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"
#include "platform/postgres/connection.h"
#include "platform/text/string_view.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

using platform::postgres::Connection;
using platform::postgres::Result;

constexpr absl::Duration kPublishTimeout = absl::Milliseconds(2500);
constexpr absl::Duration kMinBackoff = absl::Milliseconds(100);
constexpr absl::Duration kMaxBackoff = absl::Seconds(2);

// A relay that stands still while it holds the lock loses both: it may not be idle longer than a publish
// takes. The number is "sail" in ASCII, and one: the first belongs to the migrations.
constexpr char kBegin[] =
    "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'; "
    "SET LOCAL idle_in_transaction_session_timeout = '3s'; "
    "SELECT pg_advisory_xact_lock(1935763821)";
constexpr char kSelect[] =
    "SELECT id::text, encode(publish_request, 'base64'), (SELECT origin FROM sail_outbox_origin) FROM "
    "sail_outbox "
    "ORDER BY sail_outbox.id LIMIT 500";
constexpr int kMaxRows = 500;
constexpr size_t kMaxBytes = 4 << 20;  // of one publish request; a message may have 16 MiB

}  // namespace

class OutboxRelay::Rep {
 public:
  Rep(std::string url, Publish publish, platform::metrics::Registry& metrics, absl::Duration poll_interval)
      : url_(std::move(url)),
        publish_(std::move(publish)),
        poll_interval_(poll_interval),
        published_(metrics.AddCounter("sail_logic_outbox_published_total",
                                      "Transactions whose events were published.")),
        failed_(metrics.AddCounter("sail_logic_outbox_failures_total", "Attempts to publish that failed.")),
        refused_(metrics.AddCounter("sail_logic_outbox_refused_total",
                                    "Transactions whose events could not be published, ever.")),
        thread_([this] { Run(); }) {}

  ~Rep() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  void Wake() {
    {
      std::lock_guard lock(mutex_);
      woken_ = true;
    }
    wake_.notify_one();
  }

 private:
  void Run() {
    absl::Duration backoff = kMinBackoff;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      woken_ = false;
      lock.unlock();
      const absl::StatusOr<int> rows = RelayOnce();
      // A relay elsewhere that holds the lock for long is no failure of ours.
      const bool failed = !rows.ok() && !absl::IsDeadlineExceeded(rows.status());
      if (failed) {
        failed_->Increment();
        if (backoff == kMinBackoff) {
          platform::Log(platform::Severity::kWarning, "change events wait in the outbox",
                        {{"error", platform::ToStd(rows.status().message())}});
        }
      }
      lock.lock();
      if (rows.ok() && more_) woken_ = true;
      const absl::Duration pause = failed ? backoff : poll_interval_;
      backoff = failed ? std::min(backoff * 2, kMaxBackoff) : kMinBackoff;
      wake_.wait_for(lock, absl::ToChronoMilliseconds(pause),
                     [&] { return stopping_ || (woken_ && !failed); });
    }
  }

  // The number of rows that were published and deleted.
  absl::StatusOr<int> RelayOnce() {
    if (connection_ == nullptr || connection_->broken()) {
      absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(url_);
      if (!opened.ok()) return opened.status();
      connection_ = *std::move(opened);
    }
    absl::Status status = connection_->ExecuteScript(kBegin);
    const absl::StatusOr<int> rows = status.ok() ? RelayLocked() : absl::StatusOr<int>(status);
    if (rows.ok()) {
      status = connection_->ExecuteScript("COMMIT");
      if (!status.ok()) return status;
      published_->Increment(static_cast<uint64_t>(*rows));
    } else if (!connection_->broken()) {
      connection_->ExecuteScript("ROLLBACK")
          .IgnoreError();  // a failure breaks the connection, which ends it too
    }
    return rows;
  }

  absl::StatusOr<int> RelayLocked() {
    const absl::StatusOr<Result> rows = connection_->Execute(kSelect);
    if (!rows.ok()) return rows.status();
    pubsub::v1::PublishRequest request;
    std::vector<std::string> ids;
    size_t bytes = 0;
    int row = 0;
    for (; row < rows->rows() && row < max_rows_ && (row == 0 || bytes < kMaxBytes); ++row) {
      ids.emplace_back(rows->Text(row, 0));
      bytes += rows->Text(row, 1).size();
      AddOperations(rows->Text(row, 1), Concat("outbox-", rows->Text(row, 2), "-", ids.back(), "."),
                    &request);
    }
    more_ = row < rows->rows() || row == kMaxRows;
    if (ids.empty()) {
      max_rows_ = kMaxRows;
      return 0;
    }
    const absl::Status status = publish_(request, absl::Now() + kPublishTimeout);
    if (absl::IsInvalidArgument(status)) {
      // Nothing of the request was done. One row at a time shows which one can never be published; keeping it
      // would keep all behind it.
      if (std::exchange(max_rows_, 1) > 1) {
        more_ = true;
        return 0;
      }
      max_rows_ = kMaxRows;
      refused_->Increment();
      platform::Log(platform::Severity::kError, "dropped an outbox row that cannot be published",
                    {{"row", ids.front()}, {"error", platform::ToStd(status.message())}});
    } else if (!status.ok()) {
      return status;
    }
    const absl::StatusOr<Result> deleted = connection_->Execute("DELETE FROM sail_outbox WHERE id = ANY($1)",
                                                                {{platform::postgres::ArrayText(ids)}});
    if (!deleted.ok()) return deleted.status();
    return row;
  }

  // Those of one row, with ids that stay the same however often it is published.
  void AddOperations(std::string_view base64, const std::string& id_prefix,
                     pubsub::v1::PublishRequest* request) {
    pubsub::v1::PublishRequest kept;
    std::string bytes;
    if (!absl::Base64Unescape(platform::ToAbsl(base64), &bytes) || !kept.ParseFromString(bytes)) {
      refused_->Increment();
      platform::Log(platform::Severity::kError, "dropped an outbox row that cannot be read",
                    {{"id", id_prefix}});
      return;
    }
    for (int i = 0; i < kept.operations_size(); ++i) {
      pubsub::v1::Operation& operation = *request->add_operations();
      operation.Swap(kept.mutable_operations(i));
      operation.set_dedup_id(Concat(id_prefix, std::to_string(i)));
    }
  }

  const std::string url_;
  const Publish publish_;
  const absl::Duration poll_interval_;
  platform::metrics::Counter* const published_;
  platform::metrics::Counter* const failed_;
  platform::metrics::Counter* const refused_;
  int max_rows_ = kMaxRows;                 // the thread's alone
  bool more_ = false;                       // the thread's alone: rows are left
  std::unique_ptr<Connection> connection_;  // the thread's alone
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: uses all of the above
};

OutboxRelay::OutboxRelay(std::string postgres_url, Publish publish, platform::metrics::Registry& metrics,
                         absl::Duration poll_interval)
    : rep_(std::make_unique<Rep>(std::move(postgres_url), std::move(publish), metrics, poll_interval)) {}
OutboxRelay::~OutboxRelay() = default;

void OutboxRelay::Wake() { rep_->Wake(); }

}  // namespace sail::logic
