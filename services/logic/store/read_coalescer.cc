#include "services/logic/store/read_coalescer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"
#include "services/logic/store/record_store.h"

namespace sail::logic {
namespace {

constexpr size_t kMaxBatch = 64;
constexpr size_t kMaxStatements = 512;
// Reads whose deadlines lie further apart than this do not share a statement.
constexpr absl::Duration kDeadlineSpread = absl::Milliseconds(500);

void AppendColumns(const std::vector<const Attribute*>& columns, std::string* out) {
  for (const Attribute* attribute : columns) *out += Concat(",", std::to_string(attribute->index));
}

// Equal for queries whose statement is the same.
std::string ShapeOf(const Query& query) {
  std::string shape = query.model->identity();
  AppendColumns(query.criteria.projection, &shape);
  for (const Populate& populate : query.populates) {
    const Criteria& children = populate.criteria;
    shape += Concat("|", std::to_string(populate.association->index), ":",
                    children.limit ? std::to_string(*children.limit) : "");
    AppendColumns(children.projection, &shape);
  }
  return shape;
}

}  // namespace

bool ReadCoalescer::CanShare(const Query& query) {
  return std::all_of(query.populates.begin(), query.populates.end(), [](const Populate& populate) {
    const Criteria& children = populate.criteria;
    return children.where.kind == Where::Kind::kEverything && children.skip == 0 && children.sort.empty();
  });
}

std::shared_ptr<const ReadCoalescer::Statement> ReadCoalescer::StatementOf(const std::string& shape,
                                                                           const Query& query) {
  if (statements_.size() >= kMaxStatements) statements_.clear();
  std::shared_ptr<const Statement>& known = statements_[shape];
  if (known == nullptr) {
    SqlParameters parameters(1);  // the keys, which differ
    auto plan = std::make_shared<const ReadPlan>(PlanReadByKeys(query, parameters));
    known = std::make_shared<const Statement>(Statement{std::move(plan), std::move(parameters)});
  }
  return known;
}

void ReadCoalescer::Close(const std::string& shape, const std::shared_ptr<Batch>& batch) {
  std::lock_guard lock(mutex_);
  const auto open = open_.find(shape);
  if (open != open_.end() && open->second == batch) open_.erase(open);
}

bool ReadCoalescer::Batch::Join() {
  std::lock_guard lock(mutex_);
  if (abandoned_) return false;
  ++readers_;
  return true;
}

void ReadCoalescer::Batch::Leave() {
  {
    std::lock_guard lock(mutex_);
    abandoned_ = --readers_ == 0;
    if (!abandoned_) return;
  }
  cancellation->Cancel();
}

void ReadCoalescer::Read(std::shared_ptr<const Query> query, std::string key, const Reader& reader,
                         Done done) {
  const std::string shape = ShapeOf(*query);
  auto batch = std::make_shared<Batch>();
  std::shared_ptr<const Statement> statement;
  {
    std::lock_guard lock(mutex_);
    std::shared_ptr<Batch>& open = open_[shape];
    if (open != nullptr && open->waiting.size() < kMaxBatch && reader.deadline <= open->deadline &&
        open->Join()) {
      batch = open;
    } else {
      statement = StatementOf(shape, *query);
      batch->deadline = reader.deadline + kDeadlineSpread;
      batch->Join();
      open = batch;
    }
    batch->waiting.push_back({std::move(key), std::move(done)});
  }
  if (reader.cancellation != nullptr) reader.cancellation->Set([batch] { batch->Leave(); });
  if (statement == nullptr) return;  // its job is in the queue
  // A batch that is open but not the newest of its shape still runs: its job is in the queue.
  pool_.Submit({.deadline = batch->deadline,
                .mode = platform::postgres::TransactionMode::kSingleRead,
                .run =
                    [this, shape, batch, statement](platform::postgres::Transaction& transaction) {
                      Close(shape, batch);
                      std::vector<std::string> keys;
                      for (const Waiting& waiting : batch->waiting) keys.push_back(waiting.key);
                      SqlParameters parameters = statement->parameters;
                      parameters[0] = ArrayText(keys);
                      absl::StatusOr<RecordSet> records = RunPlan(transaction, statement->plan, parameters);
                      if (records.ok()) batch->records = *std::move(records);
                      return records.status();
                    },
                .done =
                    [this, shape, batch](absl::Status status) {
                      Close(shape, batch);  // it may never have run
                      Answer(*batch, status);
                    },
                .cancellation = batch->cancellation,
                .action = reader.action,
                .request_id = reader.request_id});
}

void ReadCoalescer::Answer(Batch& batch, const absl::Status& status) {
  std::unordered_map<std::string_view, int> record_of;
  for (int record = 0; status.ok() && record < batch.records.size(); ++record) {
    record_of.emplace(batch.records.Key(record), record);
  }
  for (Waiting& waiting : batch.waiting) {
    const auto found = record_of.find(waiting.key);
    if (!status.ok()) {
      waiting.done(status);
    } else if (found == record_of.end()) {
      waiting.done(RecordNotFound());
    } else {
      waiting.done(Found{batch.records, found->second});
    }
  }
}

}  // namespace sail::logic
