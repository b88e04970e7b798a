"""A class in one room: phones answer and vote, the teacher sees it as it happens.

``room`` is the class and knows no network, ``store`` keeps it in one folder, ``tally`` counts,
``plan`` reads the teaching notes, ``names`` and ``limits`` hold what strangers send within
bounds, ``address`` finds this computer on the network, ``server`` is the web around all that.
"""
