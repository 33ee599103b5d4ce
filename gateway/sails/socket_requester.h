// A socket as the one who asked for an action: its rooms, its data, what is emitted to it.
#ifndef SAIL_GATEWAY_SAILS_SOCKET_REQUESTER_H_
#define SAIL_GATEWAY_SAILS_SOCKET_REQUESTER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/actions/action_runner.h"
#include "gateway/http/event_loop.h"
#include "gateway/realtime/loop_rooms.h"
#include "gateway/socketio/application.h"

namespace sail::gateway {

// See Requester. Of a connect (accept is given) the operations are joins first; accept is called when they
// are in force, and what is emitted follows. A socket that has gone takes part in nothing.
class SocketRequester final : public Requester, public std::enable_shared_from_this<SocketRequester> {
 public:
  static constexpr size_t kMaxDataBytes = size_t{64} << 10;

  // Made with make_shared. loop must outlive this. accept is called on it; null if the socket is connected.
  SocketRequester(EventLoop& loop, std::shared_ptr<LoopRooms> rooms, std::shared_ptr<socketio::Socket> socket,
                  std::function<void()> accept = nullptr)
      : loop_(loop), rooms_(std::move(rooms)), socket_(std::move(socket)), accept_(std::move(accept)) {}

  void Apply(const action::v1::SocketDataChanges& data, std::vector<action::v1::RoomOperation> operations,
             std::function<void(absl::Status)> done) override;

 private:
  using Operations = std::vector<action::v1::RoomOperation>;

  absl::Status ChangeData(const action::v1::SocketDataChanges& changes);
  void ApplyRooms(const Operations& operations, std::function<void(absl::Status)> done);
  void Emit(const Operations& operations);

  EventLoop& loop_;
  const std::shared_ptr<LoopRooms> rooms_;
  const std::shared_ptr<socketio::Socket> socket_;
  const std::function<void()> accept_;
};

// The object with the changes applied, in the order of its keys: those that stay, then the new ones by name.
std::string ChangedData(const std::string& data_json, const action::v1::SocketDataChanges& changes);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SOCKET_REQUESTER_H_
