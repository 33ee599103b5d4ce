#ifndef SAIL_LOGIC_STORE_READ_COALESCER_H_
#define SAIL_LOGIC_STORE_READ_COALESCER_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/cancellation/cancellation.h"
#include "platform/postgres/pool.h"
#include "services/logic/model/criteria.h"
#include "services/logic/store/record_set.h"

namespace sail::logic {

// Reads of single records. Those that ask for the same columns and associations of a model and wait for a
// connection at the same time become one statement (`= ANY($1)`): under load that is many times as fast, and
// without load a read waits for nobody. Thread-safe.
class ReadCoalescer {
 public:
  struct Found {
    RecordSet records;
    // The one that was asked for.
    int record = 0;
  };
  // Errors: RecordNotFound (usage_error.h), and those of the pool. Called as Job::done is.
  using Done = std::function<void(absl::StatusOr<Found>)>;

  // pool outlives this.
  explicit ReadCoalescer(platform::postgres::Pool& pool) : pool_(pool) {}

  // Whether the query's statement depends on nothing but the keys.
  static bool CanShare(const Query& query);

  // Who asks. A statement is cancelled when all who share it are; it is logged as the first one's.
  struct Reader {
    absl::Time deadline;
    std::shared_ptr<platform::Cancellation> cancellation = nullptr;  // may be null
    std::string action = "";
    std::string request_id = "";
  };

  // For a query that CanShare; key as KeyFits accepts it. Of the query's criteria only the projection counts.
  void Read(std::shared_ptr<const Query> query, std::string key, const Reader& reader, Done done);

 private:
  struct Waiting {
    std::string key;
    Done done;
  };
  // The reads that one statement answers. Takes more until it starts.
  class Batch {
   public:
    // False if nobody waited any more: it is cancelled.
    bool Join();
    void Leave();

    absl::Time deadline;
    std::vector<Waiting> waiting;
    RecordSet records;
    const std::shared_ptr<platform::Cancellation> cancellation = std::make_shared<platform::Cancellation>();

   private:
    std::mutex mutex_;
    int readers_ = 0;  // guarded by mutex_; those that have not left
    bool abandoned_ = false;
  };

  // What reads of one shape run. parameters[0] is left for the keys.
  struct Statement {
    std::shared_ptr<const ReadPlan> plan;
    SqlParameters parameters;
  };

  std::shared_ptr<const Statement> StatementOf(const std::string& shape, const Query& query);
  void Close(const std::string& shape, const std::shared_ptr<Batch>& batch);
  static void Answer(Batch& batch, const absl::Status& status);

  platform::postgres::Pool& pool_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Batch>> open_;
  std::map<std::string, std::shared_ptr<const Statement>> statements_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_READ_COALESCER_H_
