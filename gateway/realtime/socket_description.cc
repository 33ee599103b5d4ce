#include "gateway/realtime/socket_description.h"

#include <set>

#include "absl/strings/ascii.h"
#include "gateway/http/http_message.h"
#include "gateway/routing/query_string.h"
#include "gateway/socketio/client.h"
#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

std::string HeadersJson(const std::vector<HttpHeader>& headers) {
  std::string json = "{";
  std::set<std::string> seen;
  for (const HttpHeader& header : headers) {
    const std::string name = absl::AsciiStrToLower(header.name);
    if (!seen.insert(name).second) continue;
    if (json.size() > 1) json += ',';
    platform::json::AppendJsonString(name, &json);
    json += ':';
    platform::json::AppendJsonString(JoinHeader(headers, name).value_or(""), &json);
  }
  return json += '}';
}

}  // namespace

pubsub::v1::SocketInfo DescribeSocket(const socketio::Socket& socket, const std::string& gateway_id,
                                      const pubsub::v1::DescribeSockets& wanted) {
  pubsub::v1::SocketInfo info;
  info.set_id(socket.id());
  info.set_gateway_id(gateway_id);
  if (wanted.data()) info.set_data_json(socket.data_json());
  if (wanted.rooms()) {
    for (std::string& room : socket.Rooms()) info.add_rooms(std::move(room));
  }
  if (!wanted.handshake()) return info;
  pubsub::v1::Handshake& handshake = *info.mutable_handshake();
  handshake.set_issued_ms(absl::ToUnixMillis(socket.connected_at()));
  handshake.set_auth_json(socket.auth_json());
  const HttpRequest* request = socket.client() == nullptr ? nullptr : socket.client()->request().get();
  if (request == nullptr) return info;
  handshake.set_address(request->remote_address);
  handshake.set_url(request->target);
  handshake.set_query_json(ParseFlatQuery(request->query()));
  handshake.set_cross_origin(request->header("origin").has_value());
  if (wanted.headers()) handshake.set_headers_json(HeadersJson(request->headers));
  return info;
}

}  // namespace sail::gateway
