import {
  DisableProfileCommand,
  DisableTrustAnchorCommand,
  EnableProfileCommand,
  EnableTrustAnchorCommand,
  ListProfilesCommand,
  ListTrustAnchorsCommand,
  paginateListProfiles,
  paginateListTrustAnchors,
  RolesAnywhereClient,
} from '@aws-sdk/client-rolesanywhere';

export const rolesanywhere = {
  client: RolesAnywhereClient,
  commands: {
    DisableProfile: DisableProfileCommand,
    DisableTrustAnchor: DisableTrustAnchorCommand,
    EnableProfile: EnableProfileCommand,
    EnableTrustAnchor: EnableTrustAnchorCommand,
    ListProfiles: ListProfilesCommand,
    ListTrustAnchors: ListTrustAnchorsCommand,
  },
  paginators: {
    ListProfiles: paginateListProfiles,
    ListTrustAnchors: paginateListTrustAnchors,
  },
};
