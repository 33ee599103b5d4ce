#include "services/logic/api/blueprint_routes.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

// Adds routes of one model below one base path.
class Routes {
 public:
  Routes(const Model& model, std::string base, action::v1::DescribeResponse& response)
      : model_(model), base_(std::move(base)), response_(response) {}

  void Add(std::string_view method, std::string_view path, std::string_view action,
           const Attribute* association = nullptr) {
    action::v1::Route& route = *response_.add_routes();
    route.set_method(std::string(method));
    route.set_path(Concat(base_, path));
    route.set_action(Concat(model_.identity(), "/", action));
    // Sails: a GET route that ends in a parameter leaves what looks like a file to the static files.
    const std::string_view last = std::string_view(route.path()).substr(route.path().rfind('/') + 1);
    route.set_skip_assets(method == "GET" && last.starts_with(':'));
    (*route.mutable_options())["model"] = model_.identity();
    if (association != nullptr) (*route.mutable_options())["alias"] = association->name;
  }

 private:
  const Model& model_;
  const std::string base_;
  action::v1::DescribeResponse& response_;
};

void AddShortcuts(const Model& model, Routes routes) {
  routes.Add("GET", "/find", "find");
  routes.Add("GET", "/find/:id", "findone");
  routes.Add("GET", "/create", "create");
  routes.Add("GET", "/update/:id", "update");
  routes.Add("GET", "/destroy/:id", "destroy");
  for (const Attribute* association : model.associations()) {
    if (!association->is_collection()) continue;
    const std::string path = Concat("/:parentid/", association->name);
    routes.Add("GET", path + "/add/:childid", "add", association);
    routes.Add("GET", path + "/replace", "replace", association);
    routes.Add("GET", path + "/remove/:childid", "remove", association);
  }
}

void AddPopulates(const Model& model, Routes routes) {
  for (const Attribute* association : model.associations()) {
    routes.Add("GET", Concat("/:parentid/", association->name), "populate", association);
  }
}

void AddRest(const Model& model, Routes routes) {
  routes.Add("GET", "", "find");
  routes.Add("GET", "/:id", "findone");
  routes.Add("POST", "", "create");
  routes.Add("PATCH", "/:id", "update");
  routes.Add("DELETE", "/:id?", "destroy");
  routes.Add("PUT", "/:id", "update");
  for (const Attribute* association : model.associations()) {
    if (!association->is_collection()) continue;
    const std::string path = Concat("/:parentid/", association->name);
    routes.Add("PUT", path + "/:childid", "add", association);
    routes.Add("PUT", path, "replace", association);
    routes.Add("DELETE", path + "/:childid", "remove", association);
  }
  AddPopulates(model, routes);
}

// FNV-1a: the same in every build and on every replica.
std::string HashOf(const action::v1::DescribeResponse& response) {
  uint64_t hash = 14695981039346656037u;
  const auto add = [&hash](std::string_view text) {
    for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
    hash = (hash ^ 0xff) * 1099511628211u;
  };
  for (const action::v1::Route& route : response.routes()) {
    add(route.method());
    add(route.path());
    add(route.action());
  }
  return std::to_string(hash);
}

}  // namespace

action::v1::DescribeResponse DescribeRoutes(const Schema& schema, const AppSettings& settings) {
  action::v1::DescribeResponse response;
  for (const auto& model : schema.models()) {
    if (!settings.shortcuts) break;
    const Routes routes(*model, Concat(settings.prefix, "/", model->identity()), response);
    AddShortcuts(*model, routes);
    if (!settings.rest) AddPopulates(*model, routes);
  }
  for (const auto& model : schema.models()) {
    if (!settings.rest) break;
    AddRest(*model,
            Routes(*model, Concat(settings.prefix, settings.rest_prefix, "/", model->identity()), response));
  }
  response.set_version(HashOf(response));
  return response;
}

}  // namespace sail::logic
