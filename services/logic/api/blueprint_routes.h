#ifndef SAIL_LOGIC_API_BLUEPRINT_ROUTES_H_
#define SAIL_LOGIC_API_BLUEPRINT_ROUTES_H_

#include "protos/sail/action/v1/action.pb.h"
#include "services/logic/api/app_settings.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// The routes of the blueprint actions, in Sails' order of precedence: the shortcuts of every model (GET
// /user/find, /user/:parentid/pets/add/:childid, ...), then its REST routes (GET /user, PUT
// /user/:parentid/pets, ...). The options name the model and, for an association, its attribute ("alias").
// The version is a hash of the rest.
action::v1::DescribeResponse DescribeRoutes(const Schema& schema, const AppSettings& settings);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_BLUEPRINT_ROUTES_H_
