// What routes answer, by operation; made by `npm run api:client` from the controllers' types.
export const answers: Record<string, object> = {
 "ApiKeyController_create": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "scopes": {
    "type": "array",
    "items": {
     "type": "string",
     "enum": [
      "publish",
      "read",
      "manage"
     ]
    }
   },
   "expiresAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "createdAt": {
    "type": "string"
   },
   "lastUsedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "key": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "name",
   "scopes",
   "expiresAt",
   "createdAt",
   "lastUsedAt",
   "key"
  ]
 },
 "ApiKeyController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "name": {
       "type": "string"
      },
      "scopes": {
       "type": "array",
       "items": {
        "type": "string",
        "enum": [
         "publish",
         "read",
         "manage"
        ]
       }
      },
      "expiresAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "createdAt": {
       "type": "string"
      },
      "lastUsedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      }
     },
     "required": [
      "id",
      "name",
      "scopes",
      "expiresAt",
      "createdAt",
      "lastUsedAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "AuditController_asOf": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "webhook",
     "poll"
    ]
   },
   "url": {
    "type": "string"
   },
   "status": {
    "type": "string"
   },
   "statusReason": {
    "type": "string"
   },
   "ordering": {
    "type": "string"
   },
   "filter": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "types": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "types"
      ]
     },
     {
      "type": "object",
      "properties": {
       "entities": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "changes": {
           "type": "array",
           "items": {
            "type": "string"
           }
          }
         },
         "required": [
          "name",
          "changes"
         ]
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "entities"
      ]
     }
    ]
   },
   "retryPolicy": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "delaysMs": {
        "type": "array",
        "items": {
         "type": "number"
        }
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "delaysMs"
      ]
     },
     {
      "type": "object",
      "properties": {
       "baseMs": {
        "type": "number"
       },
       "factor": {
        "type": "number"
       },
       "maxMs": {
        "type": "number"
       },
       "attempts": {
        "type": "number"
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "baseMs",
       "factor",
       "maxMs",
       "attempts",
       "jitter"
      ]
     }
    ]
   },
   "timeoutMs": {
    "type": "number"
   },
   "rateLimit": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "headers": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "metadata": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "verification": {
    "type": "string"
   },
   "allowedRate": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   },
   "updatedAt": {
    "type": "string"
   },
   "health": {
    "type": "object",
    "properties": {
     "state": {
      "type": "string",
      "enum": [
       "live",
       "behind",
       "parked"
      ]
     },
     "attempt": {
      "type": "number"
     },
     "nextAttemptAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "failingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "waitingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     }
    },
    "required": [
     "state",
     "attempt",
     "nextAttemptAt",
     "failingSince",
     "waitingSince"
    ]
   }
  },
  "required": [
   "id",
   "name",
   "description",
   "kind",
   "url",
   "status",
   "ordering",
   "filter",
   "retryPolicy",
   "timeoutMs",
   "rateLimit",
   "headers",
   "metadata",
   "version",
   "createdAt",
   "updatedAt"
  ]
 },
 "AuditController_history": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "seq": {
       "type": "string"
      },
      "at": {
       "type": "string"
      },
      "actor": {
       "type": "string"
      },
      "origin": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "aggregate": {
       "type": "string",
       "enum": [
        "tenant",
        "api-key",
        "subscription",
        "user",
        "portal-link",
        "session-key",
        "event-type",
        "replay",
        "erasure",
        "delivery"
       ]
      },
      "id": {
       "type": "string"
      },
      "version": {
       "type": "number"
      },
      "type": {
       "type": "string"
      },
      "changes": {
       "type": "object"
      }
     },
     "required": [
      "seq",
      "at",
      "actor",
      "origin",
      "aggregate",
      "id",
      "version",
      "type",
      "changes"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "AuditController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "seq": {
       "type": "string"
      },
      "at": {
       "type": "string"
      },
      "actor": {
       "type": "string"
      },
      "origin": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "aggregate": {
       "type": "string",
       "enum": [
        "tenant",
        "api-key",
        "subscription",
        "user",
        "portal-link",
        "session-key",
        "event-type",
        "replay",
        "erasure",
        "delivery"
       ]
      },
      "id": {
       "type": "string"
      },
      "version": {
       "type": "number"
      },
      "type": {
       "type": "string"
      },
      "changes": {
       "type": "object"
      }
     },
     "required": [
      "seq",
      "at",
      "actor",
      "origin",
      "aggregate",
      "id",
      "version",
      "type",
      "changes"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "DeliveryLogController_listDeliveries": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "subscriptionId": {
       "type": "string"
      },
      "eventId": {
       "type": "string"
      },
      "eventType": {
       "type": "string"
      },
      "entity": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "id": {
           "type": "string"
          }
         },
         "required": [
          "name",
          "id"
         ]
        }
       ]
      },
      "acceptedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "seq": {
       "type": "number"
      },
      "status": {
       "type": "string"
      },
      "reason": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "reasonCode": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "const": "paused"
        },
        {
         "const": "parked"
        },
        {
         "const": "retrying"
        },
        {
         "const": "behind-parked"
        },
        {
         "const": "catching-up"
        },
        {
         "const": "its-turn"
        }
       ]
      },
      "attemptCount": {
       "type": "number"
      },
      "nextAttemptAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "lastStatus": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "number"
        }
       ]
      },
      "lastError": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "firstAttemptAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "finishedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "replayId": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      }
     },
     "required": [
      "id",
      "subscriptionId",
      "eventId",
      "eventType",
      "entity",
      "acceptedAt",
      "seq",
      "status",
      "reason",
      "reasonCode",
      "attemptCount",
      "nextAttemptAt",
      "lastStatus",
      "lastError",
      "firstAttemptAt",
      "finishedAt",
      "replayId"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "DeliveryLogController_listEvents": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "type": {
       "type": "string"
      },
      "entity": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "id": {
           "type": "string"
          }
         },
         "required": [
          "name",
          "id"
         ]
        }
       ]
      },
      "timestamp": {
       "type": "string"
      },
      "source": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "acceptedAt": {
       "type": "string"
      },
      "seq": {
       "type": "number"
      },
      "matched": {
       "type": "array",
       "items": {
        "type": "string"
       }
      },
      "unmatchedReason": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      }
     },
     "required": [
      "id",
      "type",
      "entity",
      "timestamp",
      "source",
      "acceptedAt",
      "seq",
      "matched",
      "unmatchedReason"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "DeliveryLogController_listWaiting": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "subscriptionId": {
       "type": "string"
      },
      "lane": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "state": {
       "type": "string",
       "enum": [
        "paused",
        "behind",
        "parked",
        "retrying"
       ]
      },
      "attempt": {
       "type": "number"
      },
      "attempts": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "number"
        }
       ]
      },
      "nextAttemptAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "waiting": {
       "type": "number"
      },
      "atLeast": {
       "type": "boolean"
      },
      "oldestAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "reason": {
       "type": "string"
      }
     },
     "required": [
      "subscriptionId",
      "lane",
      "state",
      "attempt",
      "attempts",
      "nextAttemptAt",
      "waiting",
      "atLeast",
      "oldestAt",
      "reason"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "DeliveryLogController_retryDelivery": {
  "type": "object",
  "properties": {
   "deliveryId": {
    "type": "string"
   },
   "subscriptionId": {
    "type": "string"
   },
   "eventId": {
    "type": "string"
   },
   "attempt": {
    "type": "number"
   }
  },
  "required": [
   "deliveryId",
   "subscriptionId",
   "eventId",
   "attempt"
  ]
 },
 "ErasureController_erase": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "status": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "tenant",
     "subscription",
     "entity"
    ]
   },
   "subscriptionId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "entity": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "object",
      "properties": {
       "name": {
        "type": "string"
       },
       "id": {
        "type": "string"
       }
      },
      "required": [
       "name",
       "id"
      ]
     }
    ]
   },
   "acceptedBefore": {
    "type": "string"
   },
   "removed": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   },
   "startedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "endedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "id",
   "status",
   "kind",
   "subscriptionId",
   "entity",
   "acceptedBefore",
   "removed",
   "createdAt",
   "startedAt",
   "endedAt"
  ]
 },
 "ErasureController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "status": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "tenant",
     "subscription",
     "entity"
    ]
   },
   "subscriptionId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "entity": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "object",
      "properties": {
       "name": {
        "type": "string"
       },
       "id": {
        "type": "string"
       }
      },
      "required": [
       "name",
       "id"
      ]
     }
    ]
   },
   "acceptedBefore": {
    "type": "string"
   },
   "removed": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   },
   "startedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "endedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "id",
   "status",
   "kind",
   "subscriptionId",
   "entity",
   "acceptedBefore",
   "removed",
   "createdAt",
   "startedAt",
   "endedAt"
  ]
 },
 "ErasureController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "status": {
       "type": "string"
      },
      "kind": {
       "type": "string",
       "enum": [
        "tenant",
        "subscription",
        "entity"
       ]
      },
      "subscriptionId": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "entity": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "id": {
           "type": "string"
          }
         },
         "required": [
          "name",
          "id"
         ]
        }
       ]
      },
      "acceptedBefore": {
       "type": "string"
      },
      "removed": {
       "type": "number"
      },
      "createdAt": {
       "type": "string"
      },
      "startedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "endedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      }
     },
     "required": [
      "id",
      "status",
      "kind",
      "subscriptionId",
      "entity",
      "acceptedBefore",
      "removed",
      "createdAt",
      "startedAt",
      "endedAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "EventIngestController_publish": {
  "type": "object",
  "properties": {
   "accepted": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      }
     },
     "required": [
      "id"
     ]
    }
   }
  },
  "required": [
   "accepted"
  ]
 },
 "EventTypeController_find": {
  "type": "object",
  "properties": {
   "description": {
    "type": "string"
   },
   "schema": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "object",
      "additionalProperties": {}
     },
     {
      "type": "boolean"
     }
    ]
   },
   "examples": {
    "type": "array",
    "items": {}
   },
   "onInvalid": {
    "type": "string",
    "enum": [
     "reject",
     "warn"
    ]
   },
   "deprecated": {
    "type": "boolean"
   },
   "name": {
    "type": "string"
   },
   "version": {
    "type": "number"
   }
  },
  "required": [
   "name",
   "version"
  ]
 },
 "EventTypeController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "description": {
       "type": "string"
      },
      "schema": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "object",
         "additionalProperties": {}
        },
        {
         "type": "boolean"
        }
       ]
      },
      "examples": {
       "type": "array",
       "items": {}
      },
      "onInvalid": {
       "type": "string",
       "enum": [
        "reject",
        "warn"
       ]
      },
      "deprecated": {
       "type": "boolean"
      },
      "name": {
       "type": "string"
      },
      "version": {
       "type": "number"
      }
     },
     "required": [
      "name",
      "version"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "EventTypeController_set": {
  "type": "object",
  "properties": {
   "description": {
    "type": "string"
   },
   "schema": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "object",
      "additionalProperties": {}
     },
     {
      "type": "boolean"
     }
    ]
   },
   "examples": {
    "type": "array",
    "items": {}
   },
   "onInvalid": {
    "type": "string",
    "enum": [
     "reject",
     "warn"
    ]
   },
   "deprecated": {
    "type": "boolean"
   },
   "name": {
    "type": "string"
   },
   "version": {
    "type": "number"
   }
  },
  "required": [
   "name",
   "version"
  ]
 },
 "InstallationAuditController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "seq": {
       "type": "string"
      },
      "at": {
       "type": "string"
      },
      "actor": {
       "type": "string"
      },
      "origin": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "aggregate": {
       "type": "string",
       "enum": [
        "tenant",
        "api-key",
        "subscription",
        "user",
        "portal-link",
        "session-key",
        "event-type",
        "replay",
        "erasure",
        "delivery"
       ]
      },
      "id": {
       "type": "string"
      },
      "version": {
       "type": "number"
      },
      "type": {
       "type": "string"
      },
      "changes": {
       "type": "object"
      }
     },
     "required": [
      "seq",
      "at",
      "actor",
      "origin",
      "aggregate",
      "id",
      "version",
      "type",
      "changes"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "OperatorController_change": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "email": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "email",
   "name",
   "role",
   "tenantId",
   "version",
   "createdAt"
  ]
 },
 "OperatorController_create": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "email": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "email",
   "name",
   "role",
   "tenantId",
   "version",
   "createdAt"
  ]
 },
 "OperatorController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "email": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "email",
   "name",
   "role",
   "tenantId",
   "version",
   "createdAt"
  ]
 },
 "OperatorController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "email": {
       "type": "string"
      },
      "name": {
       "type": "string"
      },
      "role": {
       "type": "string",
       "enum": [
        "operator",
        "tenant-admin",
        "tenant-viewer"
       ]
      },
      "tenantId": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "version": {
       "type": "number"
      },
      "createdAt": {
       "type": "string"
      }
     },
     "required": [
      "id",
      "email",
      "name",
      "role",
      "tenantId",
      "version",
      "createdAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "OperatorController_resetPassword": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "password": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "password"
  ]
 },
 "PortalLinkController_create": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "createdAt": {
    "type": "string"
   },
   "createdBy": {
    "type": "string"
   },
   "expiresAt": {
    "type": "string"
   },
   "sessionS": {
    "type": "number"
   },
   "usedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "sessionEndsAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "revokedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "token": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "role",
   "createdAt",
   "createdBy",
   "expiresAt",
   "sessionS",
   "usedAt",
   "sessionEndsAt",
   "revokedAt",
   "token"
  ]
 },
 "PortalLinkController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "role": {
       "type": "string",
       "enum": [
        "operator",
        "tenant-admin",
        "tenant-viewer"
       ]
      },
      "createdAt": {
       "type": "string"
      },
      "createdBy": {
       "type": "string"
      },
      "expiresAt": {
       "type": "string"
      },
      "sessionS": {
       "type": "number"
      },
      "usedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "sessionEndsAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "revokedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      }
     },
     "required": [
      "id",
      "role",
      "createdAt",
      "createdBy",
      "expiresAt",
      "sessionS",
      "usedAt",
      "sessionEndsAt",
      "revokedAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "ProjectionController_delay": {
  "type": "object",
  "properties": {
   "delayMs": {
    "type": "number"
   }
  },
  "required": [
   "delayMs"
  ]
 },
 "ReplayController_cancel": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "subscriptionId": {
    "type": "string"
   },
   "targetSubscriptionId": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "failed",
     "range"
    ]
   },
   "from": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "to": {
    "type": "string"
   },
   "filter": {
    "type": "object",
    "properties": {
     "types": {
      "type": "array",
      "items": {
       "type": "string"
      }
     },
     "entityName": {
      "type": "string"
     },
     "entityId": {
      "type": "string"
     }
    }
   },
   "status": {
    "type": "string",
    "enum": [
     "failed",
     "queued",
     "running",
     "done",
     "cancelled"
    ]
   },
   "total": {
    "type": "number"
   },
   "totalEstimated": {
    "type": "boolean"
   },
   "done": {
    "type": "number"
   },
   "failed": {
    "type": "number"
   },
   "waiting": {
    "type": "number"
   },
   "reason": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "createdAt": {
    "type": "string"
   },
   "startedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "endedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "error": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "id",
   "subscriptionId",
   "targetSubscriptionId",
   "kind",
   "from",
   "to",
   "filter",
   "status",
   "total",
   "totalEstimated",
   "done",
   "failed",
   "waiting",
   "reason",
   "createdAt",
   "startedAt",
   "endedAt",
   "error"
  ]
 },
 "ReplayController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "subscriptionId": {
    "type": "string"
   },
   "targetSubscriptionId": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "failed",
     "range"
    ]
   },
   "from": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "to": {
    "type": "string"
   },
   "filter": {
    "type": "object",
    "properties": {
     "types": {
      "type": "array",
      "items": {
       "type": "string"
      }
     },
     "entityName": {
      "type": "string"
     },
     "entityId": {
      "type": "string"
     }
    }
   },
   "status": {
    "type": "string",
    "enum": [
     "failed",
     "queued",
     "running",
     "done",
     "cancelled"
    ]
   },
   "total": {
    "type": "number"
   },
   "totalEstimated": {
    "type": "boolean"
   },
   "done": {
    "type": "number"
   },
   "failed": {
    "type": "number"
   },
   "waiting": {
    "type": "number"
   },
   "reason": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "createdAt": {
    "type": "string"
   },
   "startedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "endedAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "error": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "id",
   "subscriptionId",
   "targetSubscriptionId",
   "kind",
   "from",
   "to",
   "filter",
   "status",
   "total",
   "totalEstimated",
   "done",
   "failed",
   "waiting",
   "reason",
   "createdAt",
   "startedAt",
   "endedAt",
   "error"
  ]
 },
 "ReplayController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "subscriptionId": {
       "type": "string"
      },
      "targetSubscriptionId": {
       "type": "string"
      },
      "kind": {
       "type": "string",
       "enum": [
        "failed",
        "range"
       ]
      },
      "from": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "to": {
       "type": "string"
      },
      "filter": {
       "type": "object",
       "properties": {
        "types": {
         "type": "array",
         "items": {
          "type": "string"
         }
        },
        "entityName": {
         "type": "string"
        },
        "entityId": {
         "type": "string"
        }
       }
      },
      "status": {
       "type": "string",
       "enum": [
        "failed",
        "queued",
        "running",
        "done",
        "cancelled"
       ]
      },
      "total": {
       "type": "number"
      },
      "totalEstimated": {
       "type": "boolean"
      },
      "done": {
       "type": "number"
      },
      "failed": {
       "type": "number"
      },
      "waiting": {
       "type": "number"
      },
      "reason": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "createdAt": {
       "type": "string"
      },
      "startedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "endedAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "error": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      }
     },
     "required": [
      "id",
      "subscriptionId",
      "targetSubscriptionId",
      "kind",
      "from",
      "to",
      "filter",
      "status",
      "total",
      "totalEstimated",
      "done",
      "failed",
      "waiting",
      "reason",
      "createdAt",
      "startedAt",
      "endedAt",
      "error"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "ReplayController_order": {
  "anyOf": [
   {
    "type": "object",
    "properties": {
     "count": {
      "type": "number"
     },
     "estimated": {
      "type": "boolean"
     }
    },
    "required": [
     "count",
     "estimated"
    ]
   },
   {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "subscriptionId": {
      "type": "string"
     },
     "targetSubscriptionId": {
      "type": "string"
     },
     "kind": {
      "type": "string",
      "enum": [
       "failed",
       "range"
      ]
     },
     "from": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "to": {
      "type": "string"
     },
     "filter": {
      "type": "object",
      "properties": {
       "types": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "entityName": {
        "type": "string"
       },
       "entityId": {
        "type": "string"
       }
      }
     },
     "status": {
      "type": "string",
      "enum": [
       "failed",
       "queued",
       "running",
       "done",
       "cancelled"
      ]
     },
     "total": {
      "type": "number"
     },
     "totalEstimated": {
      "type": "boolean"
     },
     "done": {
      "type": "number"
     },
     "failed": {
      "type": "number"
     },
     "waiting": {
      "type": "number"
     },
     "reason": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "createdAt": {
      "type": "string"
     },
     "startedAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "endedAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "error": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     }
    },
    "required": [
     "id",
     "subscriptionId",
     "targetSubscriptionId",
     "kind",
     "from",
     "to",
     "filter",
     "status",
     "total",
     "totalEstimated",
     "done",
     "failed",
     "waiting",
     "reason",
     "createdAt",
     "startedAt",
     "endedAt",
     "error"
    ]
   }
  ]
 },
 "ResealController_reseal": {
  "type": "object",
  "properties": {
   "subscriptions": {
    "type": "number"
   },
   "events": {
    "type": "number"
   }
  },
  "required": [
   "subscriptions",
   "events"
  ]
 },
 "RootController_about": {
  "type": "object"
 },
 "SessionController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "scopes": {
    "type": "array",
    "items": {
     "type": "string"
    }
   }
  },
  "required": [
   "id",
   "tenantId",
   "scopes"
  ]
 },
 "SessionController_logIn": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   }
  },
  "required": [
   "id",
   "tenantId",
   "role"
  ]
 },
 "SessionController_useLink": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   }
  },
  "required": [
   "id",
   "tenantId",
   "role"
  ]
 },
 "StatsController_stats": {
  "type": "object",
  "properties": {
   "step": {
    "type": "string",
    "enum": [
     "minute",
     "hour",
     "day"
    ]
   },
   "from": {
    "type": "string"
   },
   "to": {
    "type": "string"
   },
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "at": {
       "type": "string"
      },
      "delivered": {
       "type": "number"
      },
      "failed": {
       "type": "number"
      },
      "attempts": {
       "type": "number"
      },
      "latencyMs": {
       "type": "object",
       "properties": {
        "p50": {
         "anyOf": [
          {
           "type": "null"
          },
          {
           "type": "number"
          }
         ]
        },
        "p95": {
         "anyOf": [
          {
           "type": "null"
          },
          {
           "type": "number"
          }
         ]
        },
        "p99": {
         "anyOf": [
          {
           "type": "null"
          },
          {
           "type": "number"
          }
         ]
        }
       },
       "required": [
        "p50",
        "p95",
        "p99"
       ]
      }
     },
     "required": [
      "at",
      "delivered",
      "failed",
      "attempts",
      "latencyMs"
     ]
    }
   },
   "backlog": {
    "type": "object",
    "properties": {
     "size": {
      "type": "number"
     },
     "oldestAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "atLeast": {
      "type": "boolean"
     }
    },
    "required": [
     "size",
     "oldestAt",
     "atLeast"
    ]
   }
  },
  "required": [
   "step",
   "from",
   "to",
   "items",
   "backlog"
  ]
 },
 "SubscriptionController_create": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "webhook",
     "poll"
    ]
   },
   "url": {
    "type": "string"
   },
   "status": {
    "type": "string"
   },
   "statusReason": {
    "type": "string"
   },
   "ordering": {
    "type": "string"
   },
   "filter": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "types": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "types"
      ]
     },
     {
      "type": "object",
      "properties": {
       "entities": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "changes": {
           "type": "array",
           "items": {
            "type": "string"
           }
          }
         },
         "required": [
          "name",
          "changes"
         ]
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "entities"
      ]
     }
    ]
   },
   "retryPolicy": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "delaysMs": {
        "type": "array",
        "items": {
         "type": "number"
        }
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "delaysMs"
      ]
     },
     {
      "type": "object",
      "properties": {
       "baseMs": {
        "type": "number"
       },
       "factor": {
        "type": "number"
       },
       "maxMs": {
        "type": "number"
       },
       "attempts": {
        "type": "number"
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "baseMs",
       "factor",
       "maxMs",
       "attempts",
       "jitter"
      ]
     }
    ]
   },
   "timeoutMs": {
    "type": "number"
   },
   "rateLimit": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "headers": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "metadata": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "verification": {
    "type": "string"
   },
   "allowedRate": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   },
   "updatedAt": {
    "type": "string"
   },
   "health": {
    "type": "object",
    "properties": {
     "state": {
      "type": "string",
      "enum": [
       "live",
       "behind",
       "parked"
      ]
     },
     "attempt": {
      "type": "number"
     },
     "nextAttemptAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "failingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "waitingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     }
    },
    "required": [
     "state",
     "attempt",
     "nextAttemptAt",
     "failingSince",
     "waitingSince"
    ]
   },
   "secret": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "name",
   "description",
   "kind",
   "url",
   "status",
   "ordering",
   "filter",
   "retryPolicy",
   "timeoutMs",
   "rateLimit",
   "headers",
   "metadata",
   "version",
   "createdAt",
   "updatedAt"
  ]
 },
 "SubscriptionController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "webhook",
     "poll"
    ]
   },
   "url": {
    "type": "string"
   },
   "status": {
    "type": "string"
   },
   "statusReason": {
    "type": "string"
   },
   "ordering": {
    "type": "string"
   },
   "filter": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "types": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "types"
      ]
     },
     {
      "type": "object",
      "properties": {
       "entities": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "changes": {
           "type": "array",
           "items": {
            "type": "string"
           }
          }
         },
         "required": [
          "name",
          "changes"
         ]
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "entities"
      ]
     }
    ]
   },
   "retryPolicy": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "delaysMs": {
        "type": "array",
        "items": {
         "type": "number"
        }
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "delaysMs"
      ]
     },
     {
      "type": "object",
      "properties": {
       "baseMs": {
        "type": "number"
       },
       "factor": {
        "type": "number"
       },
       "maxMs": {
        "type": "number"
       },
       "attempts": {
        "type": "number"
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "baseMs",
       "factor",
       "maxMs",
       "attempts",
       "jitter"
      ]
     }
    ]
   },
   "timeoutMs": {
    "type": "number"
   },
   "rateLimit": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "headers": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "metadata": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "verification": {
    "type": "string"
   },
   "allowedRate": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   },
   "updatedAt": {
    "type": "string"
   },
   "health": {
    "type": "object",
    "properties": {
     "state": {
      "type": "string",
      "enum": [
       "live",
       "behind",
       "parked"
      ]
     },
     "attempt": {
      "type": "number"
     },
     "nextAttemptAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "failingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "waitingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     }
    },
    "required": [
     "state",
     "attempt",
     "nextAttemptAt",
     "failingSince",
     "waitingSince"
    ]
   }
  },
  "required": [
   "id",
   "name",
   "description",
   "kind",
   "url",
   "status",
   "ordering",
   "filter",
   "retryPolicy",
   "timeoutMs",
   "rateLimit",
   "headers",
   "metadata",
   "version",
   "createdAt",
   "updatedAt"
  ]
 },
 "SubscriptionController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "name": {
       "type": "string"
      },
      "description": {
       "type": "string"
      },
      "kind": {
       "type": "string",
       "enum": [
        "webhook",
        "poll"
       ]
      },
      "url": {
       "type": "string"
      },
      "status": {
       "type": "string"
      },
      "statusReason": {
       "type": "string"
      },
      "ordering": {
       "type": "string"
      },
      "filter": {
       "anyOf": [
        {
         "type": "object",
         "properties": {
          "types": {
           "type": "array",
           "items": {
            "type": "string"
           }
          },
          "expression": {
           "type": "string"
          }
         },
         "required": [
          "types"
         ]
        },
        {
         "type": "object",
         "properties": {
          "entities": {
           "type": "array",
           "items": {
            "type": "object",
            "properties": {
             "name": {
              "type": "string"
             },
             "changes": {
              "type": "array",
              "items": {
               "type": "string"
              }
             }
            },
            "required": [
             "name",
             "changes"
            ]
           }
          },
          "expression": {
           "type": "string"
          }
         },
         "required": [
          "entities"
         ]
        }
       ]
      },
      "retryPolicy": {
       "anyOf": [
        {
         "type": "object",
         "properties": {
          "delaysMs": {
           "type": "array",
           "items": {
            "type": "number"
           }
          },
          "jitter": {
           "type": "number"
          }
         },
         "required": [
          "delaysMs"
         ]
        },
        {
         "type": "object",
         "properties": {
          "baseMs": {
           "type": "number"
          },
          "factor": {
           "type": "number"
          },
          "maxMs": {
           "type": "number"
          },
          "attempts": {
           "type": "number"
          },
          "jitter": {
           "type": "number"
          }
         },
         "required": [
          "baseMs",
          "factor",
          "maxMs",
          "attempts",
          "jitter"
         ]
        }
       ]
      },
      "timeoutMs": {
       "type": "number"
      },
      "rateLimit": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "number"
        }
       ]
      },
      "headers": {
       "type": "object",
       "additionalProperties": {
        "type": "string"
       }
      },
      "metadata": {
       "type": "object",
       "additionalProperties": {
        "type": "string"
       }
      },
      "verification": {
       "type": "string"
      },
      "allowedRate": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "number"
        }
       ]
      },
      "version": {
       "type": "number"
      },
      "createdAt": {
       "type": "string"
      },
      "updatedAt": {
       "type": "string"
      },
      "health": {
       "type": "object",
       "properties": {
        "state": {
         "type": "string",
         "enum": [
          "live",
          "behind",
          "parked"
         ]
        },
        "attempt": {
         "type": "number"
        },
        "nextAttemptAt": {
         "anyOf": [
          {
           "type": "null"
          },
          {
           "type": "string"
          }
         ]
        },
        "failingSince": {
         "anyOf": [
          {
           "type": "null"
          },
          {
           "type": "string"
          }
         ]
        },
        "waitingSince": {
         "anyOf": [
          {
           "type": "null"
          },
          {
           "type": "string"
          }
         ]
        }
       },
       "required": [
        "state",
        "attempt",
        "nextAttemptAt",
        "failingSince",
        "waitingSince"
       ]
      }
     },
     "required": [
      "id",
      "name",
      "description",
      "kind",
      "url",
      "status",
      "ordering",
      "filter",
      "retryPolicy",
      "timeoutMs",
      "rateLimit",
      "headers",
      "metadata",
      "version",
      "createdAt",
      "updatedAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "SubscriptionController_merge": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "webhook",
     "poll"
    ]
   },
   "url": {
    "type": "string"
   },
   "status": {
    "type": "string"
   },
   "statusReason": {
    "type": "string"
   },
   "ordering": {
    "type": "string"
   },
   "filter": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "types": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "types"
      ]
     },
     {
      "type": "object",
      "properties": {
       "entities": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "changes": {
           "type": "array",
           "items": {
            "type": "string"
           }
          }
         },
         "required": [
          "name",
          "changes"
         ]
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "entities"
      ]
     }
    ]
   },
   "retryPolicy": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "delaysMs": {
        "type": "array",
        "items": {
         "type": "number"
        }
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "delaysMs"
      ]
     },
     {
      "type": "object",
      "properties": {
       "baseMs": {
        "type": "number"
       },
       "factor": {
        "type": "number"
       },
       "maxMs": {
        "type": "number"
       },
       "attempts": {
        "type": "number"
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "baseMs",
       "factor",
       "maxMs",
       "attempts",
       "jitter"
      ]
     }
    ]
   },
   "timeoutMs": {
    "type": "number"
   },
   "rateLimit": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "headers": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "metadata": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "verification": {
    "type": "string"
   },
   "allowedRate": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   },
   "updatedAt": {
    "type": "string"
   },
   "health": {
    "type": "object",
    "properties": {
     "state": {
      "type": "string",
      "enum": [
       "live",
       "behind",
       "parked"
      ]
     },
     "attempt": {
      "type": "number"
     },
     "nextAttemptAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "failingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "waitingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     }
    },
    "required": [
     "state",
     "attempt",
     "nextAttemptAt",
     "failingSince",
     "waitingSince"
    ]
   }
  },
  "required": [
   "id",
   "name",
   "description",
   "kind",
   "url",
   "status",
   "ordering",
   "filter",
   "retryPolicy",
   "timeoutMs",
   "rateLimit",
   "headers",
   "metadata",
   "version",
   "createdAt",
   "updatedAt"
  ]
 },
 "SubscriptionController_replace": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "webhook",
     "poll"
    ]
   },
   "url": {
    "type": "string"
   },
   "status": {
    "type": "string"
   },
   "statusReason": {
    "type": "string"
   },
   "ordering": {
    "type": "string"
   },
   "filter": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "types": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "types"
      ]
     },
     {
      "type": "object",
      "properties": {
       "entities": {
        "type": "array",
        "items": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string"
          },
          "changes": {
           "type": "array",
           "items": {
            "type": "string"
           }
          }
         },
         "required": [
          "name",
          "changes"
         ]
        }
       },
       "expression": {
        "type": "string"
       }
      },
      "required": [
       "entities"
      ]
     }
    ]
   },
   "retryPolicy": {
    "anyOf": [
     {
      "type": "object",
      "properties": {
       "delaysMs": {
        "type": "array",
        "items": {
         "type": "number"
        }
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "delaysMs"
      ]
     },
     {
      "type": "object",
      "properties": {
       "baseMs": {
        "type": "number"
       },
       "factor": {
        "type": "number"
       },
       "maxMs": {
        "type": "number"
       },
       "attempts": {
        "type": "number"
       },
       "jitter": {
        "type": "number"
       }
      },
      "required": [
       "baseMs",
       "factor",
       "maxMs",
       "attempts",
       "jitter"
      ]
     }
    ]
   },
   "timeoutMs": {
    "type": "number"
   },
   "rateLimit": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "headers": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "metadata": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "verification": {
    "type": "string"
   },
   "allowedRate": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   },
   "updatedAt": {
    "type": "string"
   },
   "health": {
    "type": "object",
    "properties": {
     "state": {
      "type": "string",
      "enum": [
       "live",
       "behind",
       "parked"
      ]
     },
     "attempt": {
      "type": "number"
     },
     "nextAttemptAt": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "failingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     },
     "waitingSince": {
      "anyOf": [
       {
        "type": "null"
       },
       {
        "type": "string"
       }
      ]
     }
    },
    "required": [
     "state",
     "attempt",
     "nextAttemptAt",
     "failingSince",
     "waitingSince"
    ]
   }
  },
  "required": [
   "id",
   "name",
   "description",
   "kind",
   "url",
   "status",
   "ordering",
   "filter",
   "retryPolicy",
   "timeoutMs",
   "rateLimit",
   "headers",
   "metadata",
   "version",
   "createdAt",
   "updatedAt"
  ]
 },
 "SubscriptionMatchController_match": {
  "type": "object",
  "properties": {
   "matches": {
    "type": "boolean"
   },
   "asked": {
    "type": "boolean"
   },
   "holds": {
    "type": "boolean"
   }
  },
  "required": [
   "matches",
   "asked",
   "holds"
  ]
 },
 "SubscriptionOrdersController_give": {
  "type": "object",
  "properties": {
   "order": {
    "type": "string",
    "enum": [
     "retry",
     "skip",
     "pause",
     "resume",
     "disable",
     "enable"
    ]
   },
   "subscriptionId": {
    "type": "string"
   },
   "commandId": {
    "type": "string"
   },
   "status": {
    "type": "string",
    "enum": [
     "active",
     "paused",
     "disabled",
     "deleted"
    ]
   },
   "version": {
    "type": "number"
   }
  },
  "required": [
   "order",
   "subscriptionId",
   "status",
   "version"
  ]
 },
 "SubscriptionProbeController_render": {
  "type": "object",
  "properties": {
   "method": {
    "const": "POST"
   },
   "url": {
    "type": "string"
   },
   "headers": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "body": {
    "type": "string"
   }
  },
  "required": [
   "method",
   "url",
   "headers",
   "body"
  ]
 },
 "SubscriptionProbeController_test": {
  "type": "object",
  "properties": {
   "request": {
    "type": "object",
    "properties": {
     "method": {
      "const": "POST"
     },
     "url": {
      "type": "string"
     },
     "headers": {
      "type": "object",
      "additionalProperties": {
       "type": "string"
      }
     },
     "body": {
      "type": "string"
     }
    },
    "required": [
     "method",
     "url",
     "headers",
     "body"
    ]
   },
   "outcome": {
    "type": "string",
    "enum": [
     "accepted",
     "failed"
    ]
   },
   "status": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "number"
     }
    ]
   },
   "error": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "object",
      "properties": {
       "reason": {
        "type": "string"
       },
       "message": {
        "type": "string"
       }
      },
      "required": [
       "reason",
       "message"
      ]
     }
    ]
   },
   "durationMs": {
    "type": "number"
   },
   "response": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "object",
      "properties": {
       "headers": {
        "type": "object",
        "additionalProperties": {
         "type": "string"
        }
       },
       "body": {
        "type": "string"
       },
       "truncated": {
        "type": "boolean"
       }
      },
      "required": [
       "headers",
       "body",
       "truncated"
      ]
     }
    ]
   }
  },
  "required": [
   "request",
   "outcome",
   "status",
   "error",
   "durationMs",
   "response"
  ]
 },
 "SubscriptionProbeController_verify": {
  "type": "object",
  "properties": {
   "valid": {
    "type": "boolean"
   }
  },
  "required": [
   "valid"
  ]
 },
 "SubscriptionSecretsController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "kind": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "publicKey": {
       "type": "string"
      },
      "createdAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "expiresAt": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      }
     },
     "required": [
      "id",
      "kind",
      "createdAt",
      "expiresAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "SubscriptionSecretsController_rotate": {
  "type": "object",
  "properties": {
   "id": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "kind": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "publicKey": {
    "type": "string"
   },
   "createdAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "expiresAt": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "secret": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "kind",
   "createdAt",
   "expiresAt"
  ]
 },
 "TenantController_change": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "profile": {
    "type": "string",
    "enum": [
     "brutlers",
     "brz365",
     "standard",
     "cloudevents"
    ]
   },
   "name": {
    "type": "string"
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "profile",
   "name",
   "version",
   "createdAt"
  ]
 },
 "TenantController_create": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "profile": {
    "type": "string",
    "enum": [
     "brutlers",
     "brz365",
     "standard",
     "cloudevents"
    ]
   },
   "name": {
    "type": "string"
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "profile",
   "name",
   "version",
   "createdAt"
  ]
 },
 "TenantController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "profile": {
    "type": "string",
    "enum": [
     "brutlers",
     "brz365",
     "standard",
     "cloudevents"
    ]
   },
   "name": {
    "type": "string"
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "profile",
   "name",
   "version",
   "createdAt"
  ]
 },
 "TenantController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "profile": {
       "type": "string",
       "enum": [
        "brutlers",
        "brz365",
        "standard",
        "cloudevents"
       ]
      },
      "name": {
       "type": "string"
      },
      "version": {
       "type": "number"
      },
      "createdAt": {
       "type": "string"
      }
     },
     "required": [
      "id",
      "profile",
      "name",
      "version",
      "createdAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "UserController_change": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "email": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "email",
   "name",
   "role",
   "tenantId",
   "version",
   "createdAt"
  ]
 },
 "UserController_create": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "email": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "email",
   "name",
   "role",
   "tenantId",
   "version",
   "createdAt"
  ]
 },
 "UserController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "email": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "role": {
    "type": "string",
    "enum": [
     "operator",
     "tenant-admin",
     "tenant-viewer"
    ]
   },
   "tenantId": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   },
   "version": {
    "type": "number"
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "email",
   "name",
   "role",
   "tenantId",
   "version",
   "createdAt"
  ]
 },
 "UserController_list": {
  "type": "object",
  "properties": {
   "items": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "email": {
       "type": "string"
      },
      "name": {
       "type": "string"
      },
      "role": {
       "type": "string",
       "enum": [
        "operator",
        "tenant-admin",
        "tenant-viewer"
       ]
      },
      "tenantId": {
       "anyOf": [
        {
         "type": "null"
        },
        {
         "type": "string"
        }
       ]
      },
      "version": {
       "type": "number"
      },
      "createdAt": {
       "type": "string"
      }
     },
     "required": [
      "id",
      "email",
      "name",
      "role",
      "tenantId",
      "version",
      "createdAt"
     ]
    }
   },
   "nextCursor": {
    "anyOf": [
     {
      "type": "null"
     },
     {
      "type": "string"
     }
    ]
   }
  },
  "required": [
   "items",
   "nextCursor"
  ]
 },
 "UserController_resetPassword": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "password": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "password"
  ]
 },
 "WebhookController_create": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "url": {
    "type": "string"
   },
   "events": {
    "type": "array",
    "items": {
     "type": "string"
    }
   },
   "status": {
    "type": "string",
    "enum": [
     "active",
     "inactive"
    ]
   },
   "createdAt": {
    "type": "string"
   },
   "secret": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "url",
   "events",
   "status",
   "createdAt"
  ]
 },
 "WebhookController_find": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "url": {
    "type": "string"
   },
   "events": {
    "type": "array",
    "items": {
     "type": "string"
    }
   },
   "status": {
    "type": "string",
    "enum": [
     "active",
     "inactive"
    ]
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "url",
   "events",
   "status",
   "createdAt"
  ]
 },
 "WebhookController_list": {
  "type": "array",
  "items": {
   "type": "object",
   "properties": {
    "id": {
     "type": "string"
    },
    "url": {
     "type": "string"
    },
    "events": {
     "type": "array",
     "items": {
      "type": "string"
     }
    },
    "status": {
     "type": "string",
     "enum": [
      "active",
      "inactive"
     ]
    },
    "createdAt": {
     "type": "string"
    }
   },
   "required": [
    "id",
    "url",
    "events",
    "status",
    "createdAt"
   ]
  }
 },
 "WebhookController_replace": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "url": {
    "type": "string"
   },
   "events": {
    "type": "array",
    "items": {
     "type": "string"
    }
   },
   "status": {
    "type": "string",
    "enum": [
     "active",
     "inactive"
    ]
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "url",
   "events",
   "status",
   "createdAt"
  ]
 },
 "WebhookController_update": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "url": {
    "type": "string"
   },
   "events": {
    "type": "array",
    "items": {
     "type": "string"
    }
   },
   "status": {
    "type": "string",
    "enum": [
     "active",
     "inactive"
    ]
   },
   "createdAt": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "url",
   "events",
   "status",
   "createdAt"
  ]
 }
};
