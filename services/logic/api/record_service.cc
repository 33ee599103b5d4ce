#include "services/logic/api/record_service.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/time/clock.h"
#include "platform/rpc/status_conversion.h"
#include "platform/text/string_view.h"
#include "protos/sail/logic/v1/logic.grpc.pb.h"
#include "services/logic/api/cancellable_reactor.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

constexpr absl::Duration kDefaultTimeout = absl::Seconds(30);
constexpr int64_t kDefaultLimit = 30;

// One call: where its answer goes, and how the HTTP API would name it in an error's details.
struct Call {
  grpc::ServerUnaryReactor* reactor;
  ActionContext context;
  std::string verb;
  std::string path;
  std::string principal;

  void Fail(absl::Status status) const {
    if (const std::optional<std::string> body = ErrorBody(status, verb, path)) {
      status.SetPayload(platform::rpc::kDetailsUrl, absl::Cord(*body));
    } else if (absl::IsFailedPrecondition(status) || absl::IsInternal(status)) {
      status = absl::InternalError("the action failed");  // details may tell of the database
    }
    reactor->Finish(platform::rpc::ToGrpc(status));
  }
};

std::string RecordJson(const ActionResult& result) {
  std::string json;
  result.records.AppendRecord(result.record, &json);
  return json;
}

class RecordRpcs final : public v1::RecordService::CallbackService {
 public:
  RecordRpcs(RecordActions& records, const AppSettings& settings, const DataEncryption* encryption)
      : records_(records), settings_(settings), encryption_(encryption) {}

  grpc::ServerUnaryReactor* Find(grpc::CallbackServerContext* context, const v1::FindRequest* request,
                                 v1::FindResponse* response) override {
    const Call call = NewCall(context, "GET", "find", request->model(), "", "");
    const absl::StatusOr<const Model*> model = ModelFor(call, request->model());
    if (!model.ok()) return call.Fail(model.status()), call.reactor;
    absl::StatusOr<Query> query = ParseFind(**model, *request);
    if (!query.ok()) return call.Fail(query.status()), call.reactor;
    records_.Find(std::make_shared<const Query>(*std::move(query)), call.context,
                  [call, response](absl::StatusOr<ActionResult> result) {
                    if (!result.ok()) return call.Fail(result.status());
                    response->set_records_json(result->records.ArrayJson());
                    call.reactor->Finish(grpc::Status::OK);
                  });
    return call.reactor;
  }

  grpc::ServerUnaryReactor* FindOne(grpc::CallbackServerContext* context, const v1::FindOneRequest* request,
                                    v1::FindOneResponse* response) override {
    const Call call = NewCall(context, "GET", "findone", request->model(), Concat("/", request->id()), "");
    const absl::StatusOr<const Model*> model = ModelFor(call, request->model());
    if (!model.ok()) return call.Fail(model.status()), call.reactor;
    absl::StatusOr<Query> query = ParseFindOne(**model, *request);
    if (!query.ok()) return call.Fail(query.status()), call.reactor;
    records_.FindOne(std::make_shared<const Query>(*std::move(query)), call.context, Answer(call, response));
    return call.reactor;
  }

  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context, const v1::CreateRequest* request,
                                   v1::CreateResponse* response) override {
    const Call call = NewCall(context, "POST", "create", request->model(), "", request->origin_socket_id());
    const absl::StatusOr<const Model*> model = ModelFor(call, request->model());
    if (!model.ok()) return call.Fail(model.status()), call.reactor;
    const absl::StatusOr<boost::json::object> object = ParseObject(request->values_json());
    if (!object.ok()) return call.Fail(object.status()), call.reactor;
    absl::StatusOr<RecordValues> values =
        NormaliseNewRecord(**model, *object, absl::ToUnixMillis(absl::Now()), encryption_);
    if (!values.ok()) return call.Fail(values.status()), call.reactor;
    records_.Create(WholeRecord(**model), *std::move(values), call.context, Answer(call, response));
    return call.reactor;
  }

  grpc::ServerUnaryReactor* Update(grpc::CallbackServerContext* context, const v1::UpdateRequest* request,
                                   v1::UpdateResponse* response) override {
    const Call call = NewCall(context, "PATCH", "update", request->model(), Concat("/", request->id()),
                              request->origin_socket_id());
    const absl::StatusOr<Key> key = KeyFor(call, request->model(), request->id());
    if (!key.ok()) return call.Fail(key.status()), call.reactor;
    const absl::StatusOr<boost::json::object> object = ParseObject(request->values_json());
    if (!object.ok()) return call.Fail(object.status()), call.reactor;
    records_.Update(WholeRecord(*key->model), key->text,
                    NormaliseValuesToSet(*key->model, *object, absl::ToUnixMillis(absl::Now()), encryption_),
                    call.context, Answer(call, response));
    return call.reactor;
  }

  grpc::ServerUnaryReactor* Destroy(grpc::CallbackServerContext* context, const v1::DestroyRequest* request,
                                    v1::DestroyResponse* response) override {
    const Call call = NewCall(context, "DELETE", "destroy", request->model(), Concat("/", request->id()),
                              request->origin_socket_id());
    const absl::StatusOr<Key> key = KeyFor(call, request->model(), request->id());
    if (!key.ok()) return call.Fail(key.status()), call.reactor;
    records_.Destroy(WholeRecord(*key->model), key->text, call.context, Answer(call, response));
    return call.reactor;
  }

  grpc::ServerUnaryReactor* AddToCollection(grpc::CallbackServerContext* context,
                                            const v1::AddToCollectionRequest* request,
                                            v1::AddToCollectionResponse* response) override {
    const Call call = CollectionCall(context, "PUT", "add", *request);
    const absl::StatusOr<Members> members = MembersFor(call, *request, {request->child_id()});
    if (!members.ok()) return call.Fail(members.status()), call.reactor;
    records_.Add(WholeRecord(*members->parent.model), *members->association, members->parent.text,
                 members->children[0], call.context, Answer(call, response));
    return call.reactor;
  }

  grpc::ServerUnaryReactor* RemoveFromCollection(grpc::CallbackServerContext* context,
                                                 const v1::RemoveFromCollectionRequest* request,
                                                 v1::RemoveFromCollectionResponse* response) override {
    const Call call = CollectionCall(context, "DELETE", "remove", *request);
    const absl::StatusOr<Members> members = MembersFor(call, *request, {request->child_id()});
    if (!members.ok()) return call.Fail(members.status()), call.reactor;
    records_.Remove(WholeRecord(*members->parent.model), *members->association, members->parent.text,
                    members->children[0], call.context, Answer(call, response));
    return call.reactor;
  }

  grpc::ServerUnaryReactor* ReplaceCollection(grpc::CallbackServerContext* context,
                                              const v1::ReplaceCollectionRequest* request,
                                              v1::ReplaceCollectionResponse* response) override {
    const Call call = CollectionCall(context, "PUT", "replace", *request);
    const absl::StatusOr<Members> members =
        MembersFor(call, *request, {request->child_ids().begin(), request->child_ids().end()});
    if (!members.ok()) return call.Fail(members.status()), call.reactor;
    records_.Replace(WholeRecord(*members->parent.model), *members->association, members->parent.text,
                     members->children, call.context, Answer(call, response));
    return call.reactor;
  }

 private:
  struct Key {
    const Model* model;
    std::string text;
  };
  struct Members {
    Key parent;
    const Attribute* association;
    std::vector<std::string> children;
  };

  static std::string Metadata(const grpc::CallbackServerContext& context, const char* name) {
    const auto found = context.client_metadata().find(name);
    if (found == context.client_metadata().end()) return "";
    return std::string(found->second.data(), found->second.size());
  }

  // below: what follows the model's name in the HTTP API's path.
  static Call NewCall(grpc::CallbackServerContext* context, std::string verb, std::string_view action,
                      const std::string& model, std::string_view below, const std::string& origin_socket_id) {
    const absl::Time deadline =
        std::min(absl::FromChrono(context->deadline()), absl::Now() + kDefaultTimeout);
    auto* reactor = new CancellableReactor;
    // Who the program says that it is. Nothing proves it: who may reach this port is the network's business.
    std::string principal = Metadata(*context, "sail-principal");
    return {reactor,
            {.deadline = deadline,
             .origin_socket_id = origin_socket_id,
             .cancellation = reactor->cancellation(),
             .action = Concat(model, "/", action),
             .request_id = Metadata(*context, "x-request-id")},
            std::move(verb),
            Concat("/", model, below),
            std::move(principal)};
  }

  template <typename Request>
  static Call CollectionCall(grpc::CallbackServerContext* context, std::string verb, std::string_view action,
                             const Request& request) {
    return NewCall(context, std::move(verb), action, request.model(),
                   Concat("/", request.id(), "/", request.attribute()), request.origin_socket_id());
  }

  template <typename Response>
  static RecordActions::Done Answer(const Call& call, Response* response) {
    return [call, response](absl::StatusOr<ActionResult> result) {
      if (!result.ok()) return call.Fail(result.status());
      response->set_record_json(RecordJson(*result));
      call.reactor->Finish(grpc::Status::OK);
    };
  }

  static absl::StatusOr<boost::json::object> ParseObject(const std::string& json) {
    if (json.empty()) return boost::json::object();
    absl::StatusOr<boost::json::value> value = ParseJson(json);
    if (!value.ok()) return value.status();
    if (!value->is_object()) return absl::InvalidArgumentError("expected a JSON object");
    return std::move(value->as_object());
  }

  absl::StatusOr<const Model*> ModelFor(const Call& call, const std::string& identity) const {
    const Model* model = records_.schema().Find(identity);
    if (model == nullptr) return absl::NotFoundError("there is no such model");
    if (!settings_.policies.AllowsProgram(call.context.action, call.principal)) {
      return absl::PermissionDeniedError("the policies do not allow this");
    }
    return model;
  }

  static absl::StatusOr<Query> ParseFind(const Model& model, const v1::FindRequest& request) {
    absl::StatusOr<boost::json::object> object = ParseObject(request.criteria_json());
    if (!object.ok()) return object.status();
    if (!object->contains("limit")) object->emplace("limit", kDefaultLimit);
    absl::StatusOr<Criteria> criteria = ParseCriteria(model, *object);
    if (!criteria.ok()) return criteria.status();
    return WithPopulates(Query{&model, *std::move(criteria), {}}, request.populate());
  }

  static absl::StatusOr<Query> ParseFindOne(const Model& model, const v1::FindOneRequest& request) {
    absl::StatusOr<Where> where = WhereKeyIs(model, std::string_view(request.id()));
    if (!where.ok()) return where.status();
    Query query;
    query.model = &model;
    query.criteria.where = *std::move(where);
    query.criteria.projection = AllColumns(model);
    return WithPopulates(std::move(query), request.populate());
  }

  static absl::StatusOr<Query> WithPopulates(Query query, const v1::Populate& populate) {
    if (populate.all()) query.populates = PopulateAll(*query.model);
    for (const std::string& attribute : populate.attributes()) {
      absl::Status status = AddPopulate(query, attribute);
      if (!status.ok()) return status;
    }
    return query;
  }

  absl::StatusOr<Key> KeyFor(const Call& call, const std::string& identity, const std::string& id) const {
    const absl::StatusOr<const Model*> model = ModelFor(call, identity);
    if (!model.ok()) return model.status();
    Query query;
    query.model = *model;
    absl::StatusOr<Where> where = WhereKeyIs(**model, std::string_view(id));
    if (!where.ok()) return where.status();
    query.criteria.where = *std::move(where);
    std::optional<std::string> key = KeyOf(query);
    if (!key) return RecordNotFound();
    return Key{*model, *std::move(key)};
  }

  template <typename Request>
  absl::StatusOr<Members> MembersFor(const Call& call, const Request& request,
                                     const std::vector<std::string>& child_ids) const {
    absl::StatusOr<Key> parent = KeyFor(call, request.model(), request.id());
    if (!parent.ok()) return parent.status();
    const Attribute* association = parent->model->Find(request.attribute());
    if (association == nullptr || !association->is_collection()) {
      return absl::InvalidArgumentError("there is no such collection");
    }
    boost::json::array ids;
    for (const std::string& id : child_ids) ids.emplace_back(id);
    const boost::json::value value = std::move(ids);
    absl::StatusOr<std::vector<std::string>> children =
        NormaliseAssociatedIds(*association->association.target, &value);
    if (!children.ok()) return children.status();
    return Members{*std::move(parent), association, *std::move(children)};
  }

  RecordActions& records_;
  const AppSettings& settings_;
  const DataEncryption* const encryption_;
};

}  // namespace

std::shared_ptr<grpc::Service> MakeRecordService(RecordActions& records, const AppSettings& settings,
                                                 const DataEncryption* encryption) {
  return std::make_shared<RecordRpcs>(records, settings, encryption);
}

}  // namespace sail::logic
