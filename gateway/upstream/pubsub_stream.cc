#include "gateway/upstream/pubsub_stream.h"

#include <utility>

#include "platform/rpc/status_conversion.h"

namespace sail::gateway {

void PubSubStream::Start(pubsub::v1::PubSubService::Stub& stub) {
  stub.async()->Attach(&context_, this);
  StartRead(&incoming_);
  AddHold();
  StartCall();
}

void PubSubStream::OnReadDone(bool ok) {
  if (!ok) {
    owner_->OnBroken();
    RemoveHold();
    return;
  }
  owner_->OnEvent(std::move(incoming_));
  incoming_.Clear();
  StartRead(&incoming_);
}

void PubSubStream::OnDone(const grpc::Status& status) {
  owner_->OnEnd(platform::rpc::FromGrpc(status));
  delete this;
}

void SetRequestId(uint64_t id, pubsub::v1::AttachRequest* request) {
  if (request->has_save_sessions()) request->mutable_save_sessions()->set_id(id);
  if (request->has_resume()) request->mutable_resume()->set_id(id);
  if (request->has_read_history()) request->mutable_read_history()->set_id(id);
}

uint64_t AnswerId(const pubsub::v1::AttachEvent& event) {
  if (event.has_resumed()) return event.resumed().id();
  return event.has_history() ? event.history().id() : event.sessions_saved().id();
}

}  // namespace sail::gateway
