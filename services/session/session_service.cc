#include "services/session/session_service.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "platform/rpc/batch_service.h"
#include "platform/rpc/status_conversion.h"
#include "protos/sail/session/v1/session.grpc.pb.h"
#include "services/session/revocation_stream.h"
#include "services/session/session_converter.h"
#include "services/session/session_metrics.h"

namespace sail::session {

// What both doors lead to: each call measured, each with a bounded timeout. done gets a session without id
// where the call has none to give.
class SessionServices::Calls {
 public:
  using Done = SessionManager::SessionDone;

  Calls(SessionManager& manager, UserSessions& users, absl::Duration max_timeout,
        platform::metrics::Registry& registry)
      : manager_(manager), users_(users), max_timeout_(max_timeout), metrics_(registry) {}

  void Call(const v1::CreateRequest& request, absl::Duration timeout, Done done) {
    manager_.Create(ContentFrom(request), Bounded(timeout),
                    metrics_.Measure(Method::kCreate, std::move(done)));
  }
  void Call(const v1::GetRequest& request, absl::Duration timeout, Done done) {
    manager_.Get(request.id(), Bounded(timeout), metrics_.Measure(Method::kGet, std::move(done)));
  }
  void Call(const v1::UpdateRequest& request, absl::Duration timeout, Done done) {
    manager_.Update(request.id(), ChangesFrom(request), Bounded(timeout),
                    metrics_.Measure(Method::kUpdate, std::move(done)));
  }
  void Call(const v1::TouchRequest& request, absl::Duration timeout, Done done) {
    manager_.Touch(request.id(), Bounded(timeout),
                   WithoutSession(metrics_.Measure(Method::kTouch, std::move(done))));
  }
  void Call(const v1::DestroyRequest& request, absl::Duration timeout, Done done) {
    manager_.Destroy(request.id(), Bounded(timeout),
                     WithoutSession(metrics_.Measure(Method::kDestroy, std::move(done))));
  }
  void Call(const v1::RegenerateRequest& request, absl::Duration timeout, Done done) {
    manager_.Regenerate(request.old_id(), ContentFrom(request), Bounded(timeout),
                        metrics_.Measure(Method::kRegenerate, std::move(done)));
  }
  void Call(const v1::ListUserSessionsRequest& request, absl::Duration timeout, UserSessions::ListDone done) {
    users_.List(request.user_id(), Bounded(timeout),
                metrics_.Measure(Method::kListUserSessions, std::move(done)));
  }
  void Call(const v1::RevokeSessionRequest& request, absl::Duration timeout, UserSessions::Done done) {
    users_.Revoke(request.id(), Bounded(timeout), metrics_.Measure(Method::kRevokeSession, std::move(done)));
  }
  void Call(const v1::RevokeUserSessionsRequest& request, absl::Duration timeout,
            UserSessions::CountDone done) {
    users_.RevokeAll(request.user_id(), request.except_id(), Bounded(timeout),
                     metrics_.Measure(Method::kRevokeUserSessions, std::move(done)));
  }

 private:
  absl::Duration Bounded(absl::Duration timeout) const { return std::min(timeout, max_timeout_); }

  static SessionManager::Done WithoutSession(Done done) {
    return [done = std::move(done)](absl::Status status) {
      if (status.ok()) {
        done(Session{});
      } else {
        done(std::move(status));
      }
    };
  }

  SessionManager& manager_;
  UserSessions& users_;
  const absl::Duration max_timeout_;
  SessionMetrics metrics_;
};

class SessionServices::Unary final : public v1::SessionService::CallbackService {
 public:
  Unary(Calls& calls, RevocationBus& bus) : calls_(calls), watches_(bus) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* Create(Context* context, const v1::CreateRequest* request, v1::CreateResponse* response) override {
    return Run(context, *request, response);
  }
  Reactor* Get(Context* context, const v1::GetRequest* request, v1::GetResponse* response) override {
    return Run(context, *request, response);
  }
  Reactor* Update(Context* context, const v1::UpdateRequest* request, v1::UpdateResponse* response) override {
    return Run(context, *request, response);
  }
  Reactor* Touch(Context* context, const v1::TouchRequest* request, v1::TouchResponse* response) override {
    return Run(context, *request, response);
  }
  Reactor* Destroy(Context* context, const v1::DestroyRequest* request,
                   v1::DestroyResponse* response) override {
    return Run(context, *request, response);
  }
  Reactor* Regenerate(Context* context, const v1::RegenerateRequest* request,
                      v1::RegenerateResponse* response) override {
    return Run(context, *request, response);
  }
  Reactor* ListUserSessions(Context* context, const v1::ListUserSessionsRequest* request,
                            v1::ListUserSessionsResponse* response) override {
    Reactor* reactor = context->DefaultReactor();
    calls_.Call(*request, TimeLeft(*context),
                [reactor, response](absl::StatusOr<std::vector<UserSession>> sessions) {
                  if (sessions.ok()) {
                    for (UserSession& session : *sessions)
                      ToProto(std::move(session), response->add_sessions());
                  }
                  reactor->Finish(platform::rpc::ToGrpc(sessions.status()));
                });
    return reactor;
  }
  Reactor* RevokeSession(Context* context, const v1::RevokeSessionRequest* request,
                         v1::RevokeSessionResponse*) override {
    Reactor* reactor = context->DefaultReactor();
    calls_.Call(*request, TimeLeft(*context),
                [reactor](absl::Status status) { reactor->Finish(platform::rpc::ToGrpc(status)); });
    return reactor;
  }
  Reactor* RevokeUserSessions(Context* context, const v1::RevokeUserSessionsRequest* request,
                              v1::RevokeUserSessionsResponse* response) override {
    Reactor* reactor = context->DefaultReactor();
    calls_.Call(*request, TimeLeft(*context), [reactor, response](absl::StatusOr<size_t> count) {
      if (count.ok()) response->set_revoked(static_cast<uint32_t>(*count));
      reactor->Finish(platform::rpc::ToGrpc(count.status()));
    });
    return reactor;
  }
  grpc::ServerWriteReactor<v1::WatchRevocationsResponse>* WatchRevocations(
      Context*, const v1::WatchRevocationsRequest*) override {
    return watches_.Open();
  }

  void CloseWatches() { watches_.CloseAll(); }

 private:
  static absl::Duration TimeLeft(const Context& context) {
    return absl::FromChrono(context.deadline()) - absl::Now();
  }

  template <typename Request, typename Response>
  Reactor* Run(Context* context, const Request& request, Response* response) {
    Reactor* reactor = context->DefaultReactor();
    calls_.Call(request, TimeLeft(*context), [reactor, response](absl::StatusOr<Session> session) {
      if constexpr (requires { response->mutable_session(); }) {
        if (session.ok()) ToProto(*std::move(session), response->mutable_session());
      }
      reactor->Finish(platform::rpc::ToGrpc(session.status()));
    });
    return reactor;
  }

  Calls& calls_;
  RevocationStreams watches_;
};

class SessionServices::Stream final : public v1::SessionStreamService::CallbackService {
 public:
  explicit Stream(Calls& calls) : calls_(calls) {}

  grpc::ServerBidiReactor<v1::SessionBatch, v1::SessionBatchReply>* CallStream(
      grpc::CallbackServerContext*) override {
    return platform::rpc::StartBatchStream<v1::SessionBatch, v1::SessionBatchReply>(
        [this](v1::SessionItem&& item, std::function<void(v1::SessionReply &&)> respond) {
          Handle(item, std::move(respond));
        });
  }

 private:
  void Handle(const v1::SessionItem& item, std::function<void(v1::SessionReply&&)> respond) {
    const absl::Duration timeout =
        item.timeout_ms() == 0 ? absl::InfiniteDuration() : absl::Milliseconds(item.timeout_ms());
    Calls::Done done = [id = item.id(), respond = std::move(respond)](absl::StatusOr<Session> session) {
      v1::SessionReply reply;
      reply.set_id(id);
      if (!session.ok()) {
        reply.set_code(static_cast<int>(session.status().code()));
        reply.set_message(std::string(session.status().message()));
      } else if (!session->id.empty()) {
        ToProto(*std::move(session), reply.mutable_session());
      }
      respond(std::move(reply));
    };
    switch (item.request_case()) {
      case v1::SessionItem::kCreate:
        return calls_.Call(item.create(), timeout, std::move(done));
      case v1::SessionItem::kGet:
        return calls_.Call(item.get(), timeout, std::move(done));
      case v1::SessionItem::kUpdate:
        return calls_.Call(item.update(), timeout, std::move(done));
      case v1::SessionItem::kTouch:
        return calls_.Call(item.touch(), timeout, std::move(done));
      case v1::SessionItem::kDestroy:
        return calls_.Call(item.destroy(), timeout, std::move(done));
      case v1::SessionItem::kRegenerate:
        return calls_.Call(item.regenerate(), timeout, std::move(done));
      case v1::SessionItem::REQUEST_NOT_SET:
        break;
    }
    done(absl::UnimplementedError("the item has no request that this service knows"));
  }

  Calls& calls_;
};

SessionServices::SessionServices(SessionManager& manager, UserSessions& users, RevocationBus& bus,
                                 absl::Duration max_timeout, platform::metrics::Registry& registry)
    : calls_(std::make_unique<Calls>(manager, users, max_timeout, registry)),
      unary_(std::make_unique<Unary>(*calls_, bus)),
      stream_(std::make_unique<Stream>(*calls_)) {}

SessionServices::~SessionServices() = default;

grpc::Service* SessionServices::unary() const { return unary_.get(); }

grpc::Service* SessionServices::stream() const { return stream_.get(); }

void SessionServices::CloseWatches() { unary_->CloseWatches(); }

}  // namespace sail::session
