"""The base of every endpoint: who asks, for which organization, whether they may, and the answer's form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, QueryDict
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import ApiKeyAuthentication, BrowserAuthentication
from accounts.api.idempotency import answer_once
from accounts.api.meaning import find_organization
from accounts.api_keys.principal import NO_KEY, ApiKeyPrincipal
from accounts.limits.requests import request_pass
from accounts.limits.sending import operation_pass
from accounts.models import Organization, User
from accounts.permissions import Principal
from mino.common.api.errors import ApiError, exception_handler, invalid
from mino.common.api.identifiers import read_identifiers
from mino.common.api.includes import additions_read, scopes_among
from mino.common.api.listing import TOTAL, Chosen, chosen, refuse_unknown, together
from mino.common.api.operation import Operation, operation_of
from mino.common.api.parsers import AlwaysTheFirst, FormParser, JsonParser, refuse_without_length
from mino.common.api.schema import OperationSchema
from mino.common.api.serializers import Given, Taken, etag_of, given
from mino.common.tracing import bind

IF_MATCH = "If-Match"
ASK_AGAIN = 2
"""Seconds after which it makes sense to ask for what a worker computes."""
M = TypeVar("M", bound=Model)


class ApiRequest(Request):
    """A request to an endpoint. `organization` is set unless the view is `outside` of organizations.

    `query` are its parameters, each of them given once; `chosen` is what they ask for of the objects to answer, where
    the operation answers any.
    """

    user: Principal  # type: ignore[assignment]
    organization: Organization
    query: QueryDict
    chosen: Chosen

    @property
    def person(self) -> User:
        """Who is signed in, for operations that are `people_only`. Raises PermissionDenied behind an API key."""
        if not isinstance(self.user, User):
            raise PermissionDenied(NO_KEY)
        return self.user


class ApiView(APIView):
    """An endpoint. Its methods are operations (`mino.common.api.operation`); `heading` is where they are documented.

    An id in the address that is no UUID, an unknown organization, a scope that is missing and a body of the wrong form
    are answered before the method runs. Methods call services with `user=request.user` and let errors pass.
    """

    heading: ClassVar[str] = ""
    outside: ClassVar[bool] = False
    """Whether it is about no organization, or about all of them."""

    authentication_classes = (ApiKeyAuthentication, BrowserAuthentication)
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysTheFirst
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = OperationSchema()
    request: ApiRequest

    def get_exception_handler(self) -> Callable[..., Response]:
        """Every error in the API's form."""
        return exception_handler

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> ApiRequest:
        """The request as the methods see it."""
        about = operation_of(self, request.method)
        return ApiRequest(
            request,
            parsers=[FormParser()] if about and about.multipart else [JsonParser()],
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out who asks, for which organization, and whether it may ask at all and the scope suffices."""
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise NotAuthenticated
        about = operation_of(self, request.method or "")
        if about is None:
            return  # the framework answers 405
        read_identifiers(self.kwargs)
        if not self.outside:
            request.organization = self.organization_meant(request)  # type: ignore[attr-defined]
            bind(organization=request.organization.pk)  # type: ignore[attr-defined]
        self._count(request)
        _check_scope(about, request.user)
        if request.method not in SAFE_METHODS:
            refuse_without_length(request._request)

    def organization_meant(self, request: Request) -> Organization:
        """The organization that the request is about. Raises ApiError as `find_organization` does."""
        return find_organization(request)

    def _count(self, request: Any) -> None:
        """Count it for the organization's limit, also what is refused afterwards. Raises TooManyRequests."""
        user = request.user
        outside = user.api_key.organization if isinstance(user, ApiKeyPrincipal) else None
        organization = outside if self.outside else request.organization
        if organization is not None:
            request.rate_limit = request_pass(organization)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers are for who asked, and of this moment. They tell what is left of the rate limit."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        for name, value in getattr(request, "rate_limit", {}).items():
            answer[name] = value
        return answer

    def perform(self, about: Operation, handler: Any, request: ApiRequest, parameters: dict[str, Any]) -> Response:
        """Run an operation: with its body checked (`values`), and once only where the client asks for that.

        What is done once is one transaction; what commits in portions is not for `answer_once` (`heeds_key`).
        """
        parameters = {**parameters, **self.kwargs}
        _check_match(about, request)
        request.query = together(request.query_params, about.query_parameters)
        if about.listing is None:
            known = [one.name for one in about.parameters]
            choosing = ["fields", "include"] if about.answers_object else []
            refuse_unknown(request.query, [*choosing, *known])
        if about.shape is not None:
            request.chosen = chosen(about.shape, request.query, [TOTAL] if about.listing else [])
            _check_chosen(about.shape, request)
        if about.takes is not None:
            body = about.takes(data=_sent(request.data), context={"request": request})
            body.is_valid(raise_exception=True)
            parameters["values"] = body.validated_data
        elif request.method not in SAFE_METHODS and JsonParser.media_type in request.content_type:
            Taken(data=request.data or {}).is_valid(raise_exception=True)  # there is no field that it could have

        def act() -> Response:
            operation_pass(request, about.name)
            answer: Response = handler(self, request, **parameters)
            return answer

        values = parameters.get("values", {})
        with self.prepared(request, values):
            if about.heeds_key(values):
                return answer_once(request, act, has_body=about.takes is not None)
            return act()

    def prepared(self, request: ApiRequest, values: dict[str, Any]) -> AbstractContextManager[None]:
        """What must be there, and cleared away after it, before the transaction begins in which a thing is done once.

        It is done whether or not the request was answered before: `values` may get what the method then finds.
        """
        return nullcontext()

    # ---- what methods answer with ----------------------------------------------------------------------------------

    def page(self, queryset: QuerySet[Any], **context: Any) -> Response:
        """The page of the operation's listing that the request asks for."""
        about = operation_of(self, self.request.method or "")
        if about is None or about.listing is None:
            raise TypeError("The operation has no listing.")
        scope = (self.request.user.pk if self.outside else self.request.organization.pk, sorted(self.kwargs.items()))
        query, wanted = self.request.query, self.request.chosen
        return Response(about.listing.page(queryset, query, wanted, scope=scope, context=context))

    def answer(self, item: Any, serializer: type[Given], *, created_at: str = "", **context: Any) -> Response:
        """One object, with the fields that were asked for and its ETag; 201 with the address where it was created."""
        fields = self.request.chosen.fields
        if isinstance(item, Model):
            item = self.find(serializer.load(type(item)._default_manager.all(), fields), pk=item.pk)
            additions_read(serializer, [item], fields)
        response = Response(given(serializer, item, context={**context, "fields": fields}))
        if serializer.edited:
            response["ETag"] = etag_of(serializer, item)
        if created_at:
            response.status_code = 201
            response["Location"] = created_at
        return response

    def in_time(self, response: Response, *, is_done: bool) -> Response:
        """The answer of an operation that takes time: 202 with `Retry-After` until what is asked for is done."""
        if not is_done:
            response.status_code = 202
            response["Retry-After"] = str(ASK_AGAIN)
        return response

    def nothing(self) -> Response:
        """204: it is done."""
        return Response(status=204)

    # ---- what methods look up --------------------------------------------------------------------------------------

    def find(self, queryset: QuerySet[M], **lookup: Any) -> M:
        """The object. Raises Http404 in words."""
        found = queryset.filter(**lookup).first()
        if found is None:
            raise Http404(f"There is no such {queryset.model._meta.verbose_name}, or you can't see it.")
        return found

    @contextmanager
    def edited(self, item: M, serializer: type[Given], lock: Callable[[M], None] | None = None) -> Iterator[M]:
        """The object as it is now, locked until the end; nobody changes it between `If-Match` and the change.

        `lock` locks what stands for it instead, where services lock that first. Raises ApiError PRECONDITION_FAILED.
        """
        manager = type(item)._default_manager
        with transaction.atomic():
            if lock is not None:
                lock(item)
            found = manager.all() if lock is not None else manager.select_for_update(no_key=True)
            current = self.find(found, pk=item.pk)
            wanted = self.request.headers.get(IF_MATCH, "*").strip()
            if wanted != "*" and etag_of(serializer, current) not in _tags(wanted):
                raise ApiError(
                    "PRECONDITION_FAILED",
                    "Somebody changed this since you read it. Read it again, then send your change with its new ETag.",
                    path=IF_MATCH,
                )
            yield current

    @contextmanager
    def unchanged(self, item: M, serializer: type[Given], lock: Callable[[M], None]) -> Iterator[None]:
        """For what deletes: only where `If-Match` came is the object locked until the end, as by `edited`."""
        if IF_MATCH not in self.request.headers:
            yield
            return
        with self.edited(item, serializer, lock):
            yield


def _check_match(about: Operation, request: ApiRequest) -> None:
    """Raise ApiError for an `If-Match` that is not heeded, or says nothing."""
    wanted = request.headers.get(IF_MATCH)
    if wanted is None:
        return
    if not about.conditional:
        raise invalid(IF_MATCH, "This operation does not heed it. Leave it out.")
    if not wanted.strip():
        raise invalid(IF_MATCH, "Give the ETag that was read, or leave the header out.")


def _sent(data: Any) -> Any:
    """The body as it is checked: null is no object either, and an empty field of a form is one that says nothing."""
    if isinstance(data, QueryDict):
        return data.dict()
    return [] if data is None else data


def _tags(header: str) -> list[str]:
    return [one.strip() for one in header.split(",")]


def _check_scope(about: Operation, user: Any) -> None:
    if not isinstance(user, ApiKeyPrincipal):
        return
    if about.people_only:
        raise PermissionDenied(NO_KEY)
    if about.scope is not None and not user.has_scope(about.scope):
        raise PermissionDenied(f"This API key does not have the scope {about.scope}. Ask an owner for one that has.")


def _check_chosen(shape: type[Given], request: ApiRequest) -> None:
    """Raise PermissionDenied where something is to be included that the API key may not read."""
    if not isinstance(request.user, ApiKeyPrincipal):
        return
    for name, scope in scopes_among(shape, request.chosen.fields).items():
        if not request.user.has_scope(scope):
            raise PermissionDenied(
                f"To include {name}, an API key needs the scope {scope}. Ask an owner for one that has it."
            )
