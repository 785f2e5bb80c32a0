"""Routes of this room."""

from django.urls import path

from burden.feedback import api
from burden.feedback.views import anonymous, board, forwards, inbox, mine

urlpatterns = [
    path("a/", anonymous.anonymous, name="anonymous"),
    path("a/about/", anonymous.protection, name="anonymous_about"),
    path("a/receipt/", anonymous.receipt, name="anonymous_receipt"),
    path("board/", board.board, name="board"),
    path("board/<int:pk>/endorse/", board.endorse, name="board_endorse"),
    path("feedback/", inbox.feedback, name="feedback"),
    path("feedback/mine/", mine.mine, name="feedback_mine"),
    path("feedback/mine/<int:pk>/", mine.own, name="feedback_own"),
    path("feedback/new/", mine.new, name="feedback_new"),
    path("feedback/forwards/", forwards.forwards, name="feedback_forwards"),
    path("feedback/forwards/<int:pk>/", forwards.answer, name="feedback_forward"),
    path("feedback/<int:pk>/", inbox.ticket, name="ticket"),
    path("feedback/<int:pk>/act/", inbox.act, name="ticket_act"),
    path("api/v1/tickets/", api.TicketsApi.as_view(), name="api_tickets"),
    path("api/v1/tickets/<int:pk>/", api.TicketApi.as_view(), name="api_ticket"),
    path("api/v1/board/", api.BoardApi.as_view(), name="api_board"),
    path("feedback/<int:pk>/photos/<int:number>/", inbox.photo, name="ticket_photo"),
]
