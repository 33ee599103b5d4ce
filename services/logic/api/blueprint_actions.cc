#include "services/logic/api/blueprint_actions.h"

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"
#include "platform/text/string_view.h"
#include "services/logic/api/subscriptions.h"
#include "services/logic/events/rooms.h"
#include "services/logic/model/blueprint_query.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;

ActionResponse TextResponse(int status, std::string_view text) {
  ActionResponse response;
  response.set_status(status);
  response.set_body_type(action::v1::BODY_TYPE_TEXT);
  response.set_body(std::string(text));
  return response;
}

ActionResponse JsonResponse(int status, std::string json) {
  ActionResponse response;
  response.set_status(status);
  response.set_body_type(action::v1::BODY_TYPE_JSON);
  response.set_body(std::move(json));
  return response;
}

// One request on its way: what its answer needs.
struct Call {
  std::string method;
  std::string path;
  bool has_socket = false;
  BlueprintActions::Done done;

  // A refusal is an answer; trouble with the store is an error of the call.
  void Fail(const absl::Status& status) const {
    if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
        absl::IsDeadlineExceeded(status) || absl::IsAborted(status) || absl::IsCancelled(status)) {
      done(absl::IsAborted(status) ? absl::UnavailableError(status.message()) : status);
      return;
    }
    if (std::optional<std::string> body = ErrorBody(status, method, path)) {
      done(JsonResponse(HttpStatusOf(status), *std::move(body)));
    } else if (absl::IsNotFound(status)) {
      done(TextResponse(404, "Not Found"));
    } else {
      // Details never leave: they may tell of the database. What a client alone can cause is not worth a
      // line.
      platform::Log(IsUnusableRequest(status) ? platform::Severity::kDebug : platform::Severity::kWarning,
                    "an action failed", {{"method", method}, {"error", platform::ToStd(status.message())}});
      done(TextResponse(500, "Internal Server Error"));
    }
  }

  void Answer(std::string json, std::vector<std::string> join, std::vector<std::string> leave = {}) const {
    ActionResponse response = JsonResponse(200, std::move(json));
    if (has_socket && !join.empty()) {
      auto* rooms = response.add_room_operations()->mutable_join()->mutable_rooms();
      for (std::string& room : join) *rooms->Add() = std::move(room);
    }
    if (has_socket && !leave.empty()) {
      auto* rooms = response.add_room_operations()->mutable_leave()->mutable_rooms();
      for (std::string& room : leave) *rooms->Add() = std::move(room);
    }
    done(std::move(response));
  }
};

std::string RecordJson(const ActionResult& result) {
  std::string json;
  result.records.AppendRecord(result.record, &json);
  return json;
}

// What the handlers of the actions work on.
struct Input {
  RecordActions& records;
  const DataEncryption* encryption;
  const Model& model;
  const RequestParameters& parameters;
  const ActionContext& context;
  std::shared_ptr<const Call> call;
};

// Answers errors; passes the result on.
template <typename Handler>
RecordActions::Done Then(std::shared_ptr<const Call> call, Handler handler) {
  return [call = std::move(call), handler = std::move(handler)](absl::StatusOr<ActionResult> result) {
    if (!result.ok()) {
      call->Fail(result.status());
    } else {
      handler(*call, *result);
    }
  };
}

template <typename T>
bool Refused(const Input& in, const absl::StatusOr<T>& value) {
  if (!value.ok()) in.call->Fail(value.status());
  return !value.ok();
}

void Find(const Input& in) {
  absl::StatusOr<Query> parsed = FindQuery(in.model, in.parameters);
  if (Refused(in, parsed)) return;
  auto query = std::make_shared<const Query>(*std::move(parsed));
  in.records.Find(query, in.context, Then(in.call, [query](const Call& call, const ActionResult& result) {
                    call.Answer(result.records.ArrayJson(), call.has_socket
                                                                ? RoomsAfterFind(*query, result.records)
                                                                : std::vector<std::string>());
                  }));
}

void FindOne(const Input& in) {
  absl::StatusOr<Query> query = FindOneQuery(in.model, in.parameters);
  if (Refused(in, query)) return;
  in.records.FindOne(std::make_shared<const Query>(*std::move(query)), in.context,
                     Then(in.call, [&model = in.model](const Call& call, const ActionResult& result) {
                       call.Answer(RecordJson(result), call.has_socket ? RoomsAfterFindOne(model, result)
                                                                       : std::vector<std::string>());
                     }));
}

void Populate(const Input& in, const Attribute& association) {
  absl::StatusOr<Query> query = PopulateQuery(association, in.parameters);
  if (Refused(in, query)) return;
  in.records.FindOne(std::make_shared<const Query>(*std::move(query)), in.context,
                     Then(in.call, [&model = in.model](const Call& call, const ActionResult& result) {
                       std::string json;
                       result.records.AppendAssociation(result.record, 0, &json);
                       if (json == "null") {
                         call.Fail(RecordNotFound());
                       } else {
                         call.Answer(std::move(json), call.has_socket ? RoomsAfterFindOne(model, result)
                                                                      : std::vector<std::string>());
                       }
                     }));
}

RecordActions::Done AnswerWithRecord(const Input& in) {
  return Then(in.call, [&model = in.model](const Call& call, const ActionResult& result) {
    call.Answer(RecordJson(result), RoomsAfterWrite(model, result));
  });
}

void Create(const Input& in) {
  absl::StatusOr<RecordValues> values = NormaliseNewRecord(
      in.model, NewRecordParameters(in.model, in.parameters), absl::ToUnixMillis(absl::Now()), in.encryption);
  if (Refused(in, values)) return;
  in.records.Create(WholeRecord(in.model), *std::move(values), in.context, AnswerWithRecord(in));
}

void Update(const Input& in) {
  const absl::StatusOr<Query> query = RecordQuery(in.model, in.parameters);
  if (Refused(in, query)) return;
  const std::optional<std::string> key = KeyOf(*query);
  if (!key) return in.call->Fail(RecordNotFound());
  absl::StatusOr<RecordValues> values = NormaliseValuesToSet(in.model, ValuesToSetParameters(in.parameters),
                                                             absl::ToUnixMillis(absl::Now()), in.encryption);
  if (absl::Status status = CheckUpdatedKey(in.model, in.parameters); values.ok() && !status.ok()) {
    values = std::move(status);
  }
  in.records.Update(WholeRecord(in.model), *key, std::move(values), in.context, AnswerWithRecord(in));
}

void Destroy(const Input& in) {
  const absl::StatusOr<Query> query = RecordQuery(in.model, in.parameters);
  if (Refused(in, query)) return;
  const std::optional<std::string> key = KeyOf(*query);
  if (!key) return in.call->Fail(RecordNotFound());
  in.records.Destroy(WholeRecord(in.model), *key, in.context,
                     Then(in.call, [&model = in.model](const Call& call, const ActionResult& result) {
                       call.Answer(RecordJson(result), {}, RoomsAfterWrite(model, result));
                     }));
}

// Ends in `refusal`, or in 404 if one of the sought records is missing.
void RefuseUnlessMissing(RecordActions& records, const ActionContext& context,
                         const std::shared_ptr<const Call>& call, const absl::Status& refusal,
                         std::vector<Query> sought) {
  if (sought.empty()) return call->Fail(refusal);
  const auto next = std::make_shared<const Query>(std::move(sought.back()));
  sought.pop_back();
  records.FindOne(next, context,
                  Then(call, [&records, context, call, refusal, sought](const Call&, const ActionResult&) {
                    RefuseUnlessMissing(records, context, call, refusal, sought);
                  }));
}

void AddOrRemove(const Input& in, const Attribute& association, bool add) {
  absl::StatusOr<ParentAndChild> given = ParentAndChildParameters(association, in.parameters);
  if (Refused(in, given)) return;
  if (!given->child.ok()) {
    return RefuseUnlessMissing(in.records, in.context, in.call, given->child.status(), {given->parent});
  }
  std::optional<std::string> parent = KeyOf(given->parent);
  std::optional<std::string> child = KeyOf(*given->child);
  if (!parent || !child) return in.call->Fail(RecordNotFound());
  if (!given->refusal.ok()) {
    return RefuseUnlessMissing(in.records, in.context, in.call, given->refusal,
                               {given->parent, *given->child});
  }
  if (!add) {
    in.records.Remove(WholeRecord(in.model), association, *std::move(parent), *std::move(child), in.context,
                      Then(in.call, [](const Call& call, const ActionResult& result) {
                        call.Answer(RecordJson(result), {});
                      }));
    return;
  }
  const std::vector<std::string> children = {*child};
  in.records.Add(WholeRecord(in.model), association, *std::move(parent), *std::move(child), in.context,
                 Then(in.call, [&association, children](const Call& call, const ActionResult& result) {
                   call.Answer(RecordJson(result), RoomsAfterAdding(association, result, children));
                 }));
}

void Replace(const Input& in, const Attribute& association) {
  const absl::StatusOr<Query> parent = ParentQuery(in.model, in.parameters);
  if (Refused(in, parent)) return;
  absl::StatusOr<std::vector<std::string>> children = ReplaceParameters(association, in.parameters);
  // What cannot even be looked up comes before what no collection can be changed by.
  if (absl::Status status = CheckParentKey(in.model, in.parameters);
      !status.ok() && !IsUnusableRequest(children.status())) {
    return in.call->Fail(status);
  }
  if (Refused(in, children)) return;
  std::optional<std::string> key = KeyOf(*parent);
  if (!key) return in.call->Fail(RecordNotFound());
  in.records.Replace(WholeRecord(in.model), association, *std::move(key), *std::move(children), in.context,
                     Then(in.call, [&association](const Call& call, const ActionResult& result) {
                       call.Answer(RecordJson(result), RoomsAfterAdding(association, result, result.added));
                     }));
}

constexpr std::string_view kActions[] = {"find",     "findone", "create", "update", "destroy",
                                         "populate", "add",     "remove", "replace"};

// A larger answer would break the stream that it shares with others.
constexpr size_t kMaxBodyBytes = 8 << 20;

// False if the model has no such action.
bool Dispatch(std::string_view action, const Attribute* association, const Input& in) {
  if (action == "find") return Find(in), true;
  if (action == "findone") return FindOne(in), true;
  if (action == "create") return Create(in), true;
  if (action == "update") return Update(in), true;
  if (action == "destroy") return Destroy(in), true;
  if (association == nullptr) return false;
  if (action == "populate") return Populate(in, *association), true;
  if (!association->is_collection()) return false;
  if (action == "add" || action == "remove") return AddOrRemove(in, *association, action == "add"), true;
  if (action == "replace") return Replace(in, *association), true;
  return false;
}

}  // namespace

BlueprintActions::BlueprintActions(RecordActions& records, const AppSettings& settings,
                                   const DataEncryption* encryption, platform::metrics::Registry& metrics)
    : records_(records), settings_(settings), encryption_(encryption) {
  for (const std::string_view action : kActions) {
    const platform::metrics::Labels labels = {{"action", std::string(action)}};
    metrics_[std::string(action)] = {metrics.AddCounter("sail_logic_action_failures_total",
                                                        "Calls that ended in an error or in a 500.", labels),
                                     metrics.AddHistogram("sail_logic_action_duration_seconds",
                                                          "From the request to the answer.", labels)};
  }
}

void BlueprintActions::Run(const ActionRequest& request, const Caller& caller, Done done) {
  const std::string_view name = request.action();
  const size_t slash = name.rfind('/');
  const Model* model =
      slash == std::string_view::npos ? nullptr : records_.schema().Find(name.substr(0, slash));
  const auto metrics = metrics_.find(name.substr(slash + 1));
  if (model == nullptr || metrics == metrics_.end()) {
    return done(absl::UnimplementedError("there is no such action"));
  }
  if (!settings_.Allows(name)) return done(TextResponse(403, "Forbidden"));
  std::vector<std::pair<std::string, std::string>> path_parameters;
  for (const action::v1::Param& param : request.params())
    path_parameters.emplace_back(param.name(), param.value());
  const absl::StatusOr<RequestParameters> parameters =
      ParseRequestParameters(path_parameters, request.query_json(), request.body_json());
  if (!parameters.ok()) return done(parameters.status());
  auto call = std::make_shared<Call>();
  call->method = request.method();
  call->path = request.path();
  call->has_socket = request.has_socket();
  call->done = [done = std::move(done), &metrics = metrics->second,
                start = absl::Now()](absl::StatusOr<ActionResponse> response) {
    if (response.ok() && response->body().size() > kMaxBodyBytes) {
      platform::Log(platform::Severity::kWarning, "an answer is too large",
                    {{"bytes", response->body().size()}});
      response = TextResponse(500, "Internal Server Error");
    }
    metrics.duration->Observe(absl::ToDoubleSeconds(absl::Now() - start));
    const bool failed = response.ok() ? response->status() == 500 : !absl::IsCancelled(response.status());
    if (failed) metrics.failures->Increment();
    done(std::move(response));
  };
  const ActionContext context{.deadline = caller.deadline,
                              .origin_socket_id = request.socket().id(),
                              .cancellation = caller.cancellation,
                              .action = request.action(),
                              .request_id = request.request_id()};
  const auto alias = request.options().find("alias");
  const Attribute* association = alias == request.options().end() ? nullptr : model->Find(alias->second);
  if (association != nullptr && !association->is_association()) association = nullptr;
  const Input in{records_, encryption_, *model, *parameters, context, call};
  if (!Dispatch(name.substr(slash + 1), association, in)) {
    call->done(absl::UnimplementedError("there is no such action"));
  }
}

}  // namespace sail::logic
