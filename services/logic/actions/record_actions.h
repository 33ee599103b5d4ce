#ifndef SAIL_LOGIC_ACTIONS_RECORD_ACTIONS_H_
#define SAIL_LOGIC_ACTIONS_RECORD_ACTIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/cancellation/cancellation.h"
#include "platform/postgres/pool.h"
#include "services/logic/model/criteria.h"
#include "services/logic/model/record_values.h"
#include "services/logic/model/schema.h"
#include "services/logic/store/read_coalescer.h"
#include "services/logic/store/record_set.h"

namespace sail::logic {

struct ActionContext {
  absl::Time deadline = absl::InfiniteFuture();
  // The socket that asked, which gets no events of what it changed; empty if there is none.
  std::string origin_socket_id = "";
  // Of the caller; may be null. A read ends at once. A write that it comes too early for is rolled back, but
  // gets a moment to finish: clients say their last word and leave.
  std::shared_ptr<platform::Cancellation> cancellation = nullptr;
  // For the log of slow statements: "user/find", and which request it was.
  std::string action = "";
  std::string request_id = "";
};

// One or more records. Of the reads by key and the writes: `record` is the one that counts.
struct ActionResult {
  RecordSet records;
  int record = 0;
  // Of Replace: the children that are new in the collection.
  std::vector<std::string> added;
};

// What can be done with records, for every door of the service (HTTP and socket actions, RecordService). Each
// call is one SQL transaction; the events of a write are kept in it and published if and only if it commits.
// Thread-safe.
//
// done is called exactly once, on a thread of the pool or before the call returns, and must not block.
// Errors, besides those of the pool (pool.h): RecordNotFound, UniquenessError and usage errors
// (usage_error.h).
class RecordActions {
 public:
  using Done = std::function<void(absl::StatusOr<ActionResult>)>;

  // committed is called after each transaction that kept events. schema and pool outlive this.
  RecordActions(const Schema& schema, platform::postgres::Pool& pool, std::function<void()> committed);

  const Schema& schema() const { return schema_; }

  void Find(std::shared_ptr<const Query> query, const ActionContext& context, Done done);
  // The query's where must be a key's (WhereKeyIs). Many at a time are read together.
  void FindOne(std::shared_ptr<const Query> query, const ActionContext& context, Done done);

  // The query says how the answered record is populated; its criteria are ignored.
  void Create(std::shared_ptr<const Query> query, RecordValues values, const ActionContext& context,
              Done done);
  void Update(std::shared_ptr<const Query> query, std::string key, absl::StatusOr<RecordValues> values,
              const ActionContext& context, Done done);
  void Destroy(std::shared_ptr<const Query> query, std::string key, const ActionContext& context, Done done);
  void Add(std::shared_ptr<const Query> query, const Attribute& association, std::string parent,
           std::string child, const ActionContext& context, Done done);
  void Remove(std::shared_ptr<const Query> query, const Attribute& association, std::string parent,
              std::string child, const ActionContext& context, Done done);
  void Replace(std::shared_ptr<const Query> query, const Attribute& association, std::string parent,
               std::vector<std::string> children, const ActionContext& context, Done done);

 private:
  struct Write;
  void Submit(const ActionContext& context, std::shared_ptr<Write> write);

  const Schema& schema_;
  platform::postgres::Pool& pool_;
  const std::function<void()> committed_;
  ReadCoalescer coalescer_;
};

// A query for one whole record: every column, every association, collections limited to 30 children each.
// What the writing blueprint actions answer with.
std::shared_ptr<const Query> WholeRecord(const Model& model);

// The key that a query's where asks for; nothing if it is not a key's, or one that no record can have.
std::optional<std::string> KeyOf(const Query& query);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_ACTIONS_RECORD_ACTIONS_H_
