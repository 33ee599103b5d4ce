// What an application sees of Socket.IO: the callbacks it implements and what it gets with them.
#ifndef SAIL_GATEWAY_SOCKETIO_APPLICATION_H_
#define SAIL_GATEWAY_SOCKETIO_APPLICATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sail::gateway::socketio {

class Socket;

// An event from a client. The views are valid during OnEvent only.
struct Event {
  std::string name;
  std::string_view payload;              // the whole JSON array, ["name",arg,...]
  std::vector<std::string_view> args;    // raw JSON, byte for byte as sent, without the name
  std::vector<std::string> attachments;  // what {"_placeholder":true,"num":N} in args stand for, if not empty

  // The arguments as the text of one JSON array.
  std::string ArgsJson() const;
};

// The way to answer an event whose sender asked for an acknowledgement. Copies share their one answer. May be
// dropped on any thread; everything else belongs to the loop.
class AckResponder {
 public:
  AckResponder() = default;  // nobody asked
  AckResponder(std::weak_ptr<Socket> socket, uint64_t id);

  // Whether the sender asked.
  explicit operator bool() const { return state_ != nullptr; }

  // args: a JSON array, "[200]"; binary arguments as placeholders. False if nobody asked, the socket has
  // gone, or this has been called before.
  bool Send(std::string_view args, std::vector<std::string> attachments = {}) const;

 private:
  struct State {
    std::weak_ptr<Socket> socket;
    uint64_t id;
  };
  std::shared_ptr<State> state_;
};

// Whether a client may enter a namespace. May be given later; the first answer counts. A client without an
// answer is cut by the connect timeout if it is in no other namespace. Loop thread only.
class ConnectDecision {
 public:
  explicit ConnectDecision(std::weak_ptr<Socket> socket) : socket_(std::move(socket)) {}

  // Enters: the socket joins the room of its id, the client is told, and events that it has sent ahead are
  // delivered from within this call. False if the client has gone, or an answer was given before.
  bool Accept() const;

  // The client gets {"message":message} and, if there is one, "data": raw JSON. (Protocol 4 has room for one
  // of them: the data, or else the message.) OnDisconnect does not follow.
  bool Refuse(std::string_view message, std::string_view data_json = {}) const;

 private:
  std::weak_ptr<Socket> socket_;
};

// One per event loop, or one for all if it does its own locking; called on the socket's loop. From within a
// call the application may use any socket, emit, join, disconnect.
class Application {
 public:
  virtual ~Application() = default;

  // A client wants to enter a namespace that exists. auth_json: the object that it sent along, "{}" if none;
  // in protocol 4 the query of the namespace as an object, "/adm?foo=bar": {"foo":"bar"}.
  virtual void OnConnect(const std::shared_ptr<Socket>& socket, std::string_view auth_json,
                         ConnectDecision decision) = 0;

  // A client has come back to its session, maybe from another gateway: the socket is connected again, with
  // its id, its rooms and its data; what it missed has been sent. Instead of OnConnect. OnDisconnect has been
  // called wherever it was before, or will be, unless that process died.
  virtual void OnRecovered(const std::shared_ptr<Socket>& socket) {}

  // Only for sockets that were accepted, in the order in which the client sent.
  virtual void OnEvent(const std::shared_ptr<Socket>& socket, Event event, AckResponder ack) = 0;

  // The socket is not connected any more, but its rooms can still be read. Once for each accepted socket.
  // Reasons are Socket.IO's: "client namespace disconnect", "server namespace disconnect", "transport close",
  // "transport error", "ping timeout", "parse error", "forced close", "forced server close", "server shutting
  // down".
  virtual void OnDisconnect(const std::shared_ptr<Socket>& socket, std::string_view reason) = 0;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_APPLICATION_H_
