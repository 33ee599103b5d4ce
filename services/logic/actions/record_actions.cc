#include "services/logic/actions/record_actions.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/logic/actions/write_actions.h"
#include "services/logic/model/usage_error.h"
#include "services/logic/store/record_store.h"

namespace sail::logic {
namespace {

constexpr absl::Duration kWriteGrace = absl::Milliseconds(250);

}  // namespace

using platform::postgres::Job;
using platform::postgres::Transaction;
using platform::postgres::TransactionMode;

struct RecordActions::Write {
  using Body = std::function<absl::StatusOr<RecordSet>(const WriteContext&, ActionResult&)>;
  Body body;
  Done done;
  ActionResult result;
  bool has_events = false;
};

RecordActions::RecordActions(const Schema& schema, platform::postgres::Pool& pool,
                             std::function<void()> committed)
    : schema_(schema), pool_(pool), committed_(std::move(committed)), coalescer_(pool) {}

void RecordActions::Find(std::shared_ptr<const Query> query, const ActionContext& context, Done done) {
  if (query->criteria.where.kind == Where::Kind::kNothing || query->criteria.limit == 0) {
    done(ActionResult());
    return;
  }
  auto records = std::make_shared<RecordSet>();
  pool_.Submit({.deadline = context.deadline,
                .mode = TransactionMode::kSingleRead,
                .run =
                    [query = std::move(query), records](Transaction& transaction) {
                      SqlParameters parameters;
                      auto plan = std::make_shared<ReadPlan>(PlanRead(*query, parameters));
                      absl::StatusOr<RecordSet> read = RunPlan(transaction, std::move(plan), parameters);
                      if (read.ok()) *records = *std::move(read);
                      return read.status();
                    },
                .done =
                    [records, done = std::move(done)](absl::Status status) {
                      if (!status.ok()) {
                        done(std::move(status));
                      } else {
                        done(ActionResult{std::move(*records)});
                      }
                    },
                .cancellation = context.cancellation,
                .action = context.action,
                .request_id = context.request_id});
}

void RecordActions::FindOne(std::shared_ptr<const Query> query, const ActionContext& context, Done done) {
  std::optional<std::string> key = KeyOf(*query);
  if (!key) {
    done(RecordNotFound());
    return;
  }
  if (!ReadCoalescer::CanShare(*query)) {
    Find(std::move(query), context, [done = std::move(done)](absl::StatusOr<ActionResult> result) {
      if (result.ok() && result->records.size() == 0) result = RecordNotFound();
      done(std::move(result));
    });
    return;
  }
  coalescer_.Read(std::move(query), *std::move(key),
                  {context.deadline, context.cancellation, context.action, context.request_id},
                  [done = std::move(done)](absl::StatusOr<ReadCoalescer::Found> found) {
                    if (!found.ok()) {
                      done(found.status());
                    } else {
                      done(ActionResult{std::move(found->records), found->record});
                    }
                  });
}

void RecordActions::Submit(const ActionContext& context, std::shared_ptr<Write> write) {
  pool_.Submit(
      {.deadline = context.deadline,
       .mode = TransactionMode::kReadWrite,
       .run =
           [this, write, origin = context.origin_socket_id](Transaction& transaction) {
             ChangeEvents events(origin);
             const WriteContext writing{transaction, schema_, absl::ToUnixMillis(absl::Now()), events};
             absl::StatusOr<RecordSet> records = write->body(writing, write->result);
             if (!records.ok()) return records.status();
             write->result.records = *std::move(records);
             write->has_events = !events.empty();
             return KeepEvents(transaction, events);
           },
       .done =
           [this, write](absl::Status status) {
             if (!status.ok()) {
               write->done(std::move(status));
               return;
             }
             if (write->has_events) committed_();
             write->done(std::move(write->result));
           },
       .cancellation = context.cancellation,
       .cancel_grace = kWriteGrace,
       .action = context.action,
       .request_id = context.request_id});
}

void RecordActions::Create(std::shared_ptr<const Query> query, RecordValues values,
                           const ActionContext& context, Done done) {
  auto write = std::make_shared<Write>();
  write->body = [query = std::move(query), values = std::move(values)](const WriteContext& writing,
                                                                       ActionResult&) {
    return CreateRecord(writing, *query, values);
  };
  write->done = std::move(done);
  Submit(context, std::move(write));
}

void RecordActions::Update(std::shared_ptr<const Query> query, std::string key,
                           absl::StatusOr<RecordValues> values, const ActionContext& context, Done done) {
  auto write = std::make_shared<Write>();
  write->body = [query = std::move(query), key = std::move(key), values = std::move(values)](
                    const WriteContext& writing, ActionResult&) {
    return UpdateRecord(writing, *query, key, values);
  };
  write->done = std::move(done);
  Submit(context, std::move(write));
}

void RecordActions::Destroy(std::shared_ptr<const Query> query, std::string key, const ActionContext& context,
                            Done done) {
  auto write = std::make_shared<Write>();
  write->body = [query = std::move(query), key = std::move(key)](const WriteContext& writing, ActionResult&) {
    return DestroyRecord(writing, *query, key);
  };
  write->done = std::move(done);
  Submit(context, std::move(write));
}

void RecordActions::Add(std::shared_ptr<const Query> query, const Attribute& association, std::string parent,
                        std::string child, const ActionContext& context, Done done) {
  auto write = std::make_shared<Write>();
  write->body = [query = std::move(query), &association, parent = std::move(parent),
                 child = std::move(child)](const WriteContext& writing, ActionResult&) {
    return AddChild(writing, *query, association, parent, child);
  };
  write->done = std::move(done);
  Submit(context, std::move(write));
}

void RecordActions::Remove(std::shared_ptr<const Query> query, const Attribute& association,
                           std::string parent, std::string child, const ActionContext& context, Done done) {
  auto write = std::make_shared<Write>();
  write->body = [query = std::move(query), &association, parent = std::move(parent),
                 child = std::move(child)](const WriteContext& writing, ActionResult&) {
    return RemoveChild(writing, *query, association, parent, child);
  };
  write->done = std::move(done);
  Submit(context, std::move(write));
}

void RecordActions::Replace(std::shared_ptr<const Query> query, const Attribute& association,
                            std::string parent, std::vector<std::string> children,
                            const ActionContext& context, Done done) {
  auto write = std::make_shared<Write>();
  write->body = [query = std::move(query), &association, parent = std::move(parent),
                 children = std::move(children)](const WriteContext& writing, ActionResult& result) {
    return ReplaceChildren(writing, *query, association, parent, children, &result.added);
  };
  write->done = std::move(done);
  Submit(context, std::move(write));
}

std::shared_ptr<const Query> WholeRecord(const Model& model) {
  auto query = std::make_shared<Query>();
  query->model = &model;
  query->criteria.projection = AllColumns(model);
  query->populates = PopulateAll(model);
  return query;
}

std::optional<std::string> KeyOf(const Query& query) {
  const Where& where = query.criteria.where;
  if (where.kind != Where::Kind::kTerm || where.attribute != &query.model->primary_key() ||
      where.comparison != Comparison::kEqual || !KeyFits(*query.model, where.values[0])) {
    return std::nullopt;
  }
  return where.values[0];
}

}  // namespace sail::logic
