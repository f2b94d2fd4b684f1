"""Cities with their region and the beginning of their postcodes, for the main countries: places that belong together.

Postcode forms: ``#`` is a digit, ``@`` a letter that British postcodes end with. They name real districts, not real deliveries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Country:
    """A country.

    Attributes:
        code: ISO 3166-1 alpha-2.
        name: Its English name.
        locale: Faker locale of its streets and people.
        number_first: Whether the house number stands before the street.
        places: City, region and form of the postcode.
    """

    code: str
    name: str
    locale: str
    number_first: bool
    places: tuple[tuple[str, str, str], ...]


def _country(code: str, name: str, locale: str, listed: str, *, number_first: bool = False) -> Country:
    places = [tuple(part.strip() for part in line.split("|")) for line in listed.strip().splitlines()]
    return Country(code, name, locale, number_first, tuple((city, region, form) for city, region, form in places))


_GERMANY = """
Berlin|Berlin|101##
Berlin|Berlin|120##
Hamburg|Hamburg|200##
München|Bayern|803##
Köln|Nordrhein-Westfalen|506##
Frankfurt am Main|Hessen|603##
Stuttgart|Baden-Württemberg|701##
Düsseldorf|Nordrhein-Westfalen|402##
Leipzig|Sachsen|041##
Dortmund|Nordrhein-Westfalen|441##
Essen|Nordrhein-Westfalen|451##
Bremen|Bremen|281##
Dresden|Sachsen|010##
Hannover|Niedersachsen|301##
Nürnberg|Bayern|904##
Duisburg|Nordrhein-Westfalen|470##
Bochum|Nordrhein-Westfalen|447##
Wuppertal|Nordrhein-Westfalen|421##
Bielefeld|Nordrhein-Westfalen|336##
Bonn|Nordrhein-Westfalen|531##
Münster|Nordrhein-Westfalen|481##
Mannheim|Baden-Württemberg|681##
Karlsruhe|Baden-Württemberg|761##
Augsburg|Bayern|861##
Wiesbaden|Hessen|651##
Kiel|Schleswig-Holstein|241##
Magdeburg|Sachsen-Anhalt|391##
Freiburg im Breisgau|Baden-Württemberg|790##
Erfurt|Thüringen|990##
Mainz|Rheinland-Pfalz|551##
Rostock|Mecklenburg-Vorpommern|180##
Potsdam|Brandenburg|144##
Saarbrücken|Saarland|661##
"""
_FRANCE = """
Paris|Île-de-France|7500#
Paris|Île-de-France|7501#
Marseille|Provence-Alpes-Côte d'Azur|1300#
Lyon|Auvergne-Rhône-Alpes|6900#
Toulouse|Occitanie|31#00
Nice|Provence-Alpes-Côte d'Azur|06#00
Nantes|Pays de la Loire|44#00
Montpellier|Occitanie|340#0
Strasbourg|Grand Est|67#00
Bordeaux|Nouvelle-Aquitaine|33#00
Lille|Hauts-de-France|59#00
Rennes|Bretagne|35#00
Reims|Grand Est|51100
Le Havre|Normandie|766#0
Saint-Étienne|Auvergne-Rhône-Alpes|42#00
Toulon|Provence-Alpes-Côte d'Azur|83#00
Grenoble|Auvergne-Rhône-Alpes|38#00
Dijon|Bourgogne-Franche-Comté|21000
Angers|Pays de la Loire|49#00
Nîmes|Occitanie|30#00
Clermont-Ferrand|Auvergne-Rhône-Alpes|63#00
Le Mans|Pays de la Loire|72#00
Aix-en-Provence|Provence-Alpes-Côte d'Azur|13#00
Brest|Bretagne|29200
Tours|Centre-Val de Loire|37#00
Amiens|Hauts-de-France|80#00
Limoges|Nouvelle-Aquitaine|87#00
Metz|Grand Est|57#00
Besançon|Bourgogne-Franche-Comté|25000
Orléans|Centre-Val de Loire|45#00
Rouen|Normandie|76#00
Caen|Normandie|14000
Nancy|Grand Est|54#00
"""
_BRITAIN = """
London|England|SW1# #@@
London|England|NW1# #@@
London|England|E1# #@@
London|England|SE1# #@@
Birmingham|England|B1# #@@
Manchester|England|M1# #@@
Leeds|England|LS1# #@@
Liverpool|England|L1# #@@
Sheffield|England|S1# #@@
Bristol|England|BS1# #@@
Newcastle upon Tyne|England|NE1# #@@
Nottingham|England|NG1# #@@
Leicester|England|LE# #@@
Coventry|England|CV# #@@
Bradford|England|BD1# #@@
Southampton|England|SO1# #@@
Portsmouth|England|PO# #@@
Plymouth|England|PL# #@@
Norwich|England|NR# #@@
Oxford|England|OX# #@@
Cambridge|England|CB# #@@
York|England|YO1# #@@
Brighton|England|BN# #@@
Derby|England|DE2# #@@
Exeter|England|EX# #@@
Edinburgh|Scotland|EH1# #@@
Glasgow|Scotland|G1# #@@
Aberdeen|Scotland|AB1# #@@
Dundee|Scotland|DD# #@@
Inverness|Scotland|IV# #@@
Cardiff|Wales|CF1# #@@
Swansea|Wales|SA# #@@
Newport|Wales|NP1# #@@
Belfast|Northern Ireland|BT1# #@@
"""
_JAPAN = """
千代田区|東京都|100-00##
新宿区|東京都|160-00##
渋谷区|東京都|150-00##
港区|東京都|105-00##
世田谷区|東京都|154-00##
横浜市|神奈川県|231-00##
川崎市|神奈川県|210-00##
大阪市|大阪府|530-00##
堺市|大阪府|590-00##
名古屋市|愛知県|460-00##
札幌市|北海道|060-00##
旭川市|北海道|070-00##
福岡市|福岡県|810-00##
北九州市|福岡県|802-00##
神戸市|兵庫県|650-00##
京都市|京都府|600-80##
さいたま市|埼玉県|330-00##
千葉市|千葉県|260-00##
広島市|広島県|730-00##
仙台市|宮城県|980-00##
新潟市|新潟県|950-00##
浜松市|静岡県|430-09##
静岡市|静岡県|420-00##
岡山市|岡山県|700-00##
熊本市|熊本県|860-00##
鹿児島市|鹿児島県|890-00##
長崎市|長崎県|850-00##
金沢市|石川県|920-00##
松山市|愛媛県|790-00##
高松市|香川県|760-00##
那覇市|沖縄県|900-00##
奈良市|奈良県|630-80##
"""
_AMERICA = """
New York|New York|100##
Brooklyn|New York|112##
Buffalo|New York|142##
Los Angeles|California|900##
San Diego|California|921##
San Francisco|California|941##
San Jose|California|951##
Sacramento|California|958##
Chicago|Illinois|606##
Houston|Texas|770##
Dallas|Texas|752##
Austin|Texas|787##
San Antonio|Texas|782##
Phoenix|Arizona|850##
Tucson|Arizona|857##
Philadelphia|Pennsylvania|191##
Pittsburgh|Pennsylvania|152##
Jacksonville|Florida|322##
Miami|Florida|331##
Orlando|Florida|328##
Columbus|Ohio|432##
Cleveland|Ohio|441##
Charlotte|North Carolina|282##
Indianapolis|Indiana|462##
Seattle|Washington|981##
Denver|Colorado|802##
Boston|Massachusetts|021##
Detroit|Michigan|482##
Nashville|Tennessee|372##
Memphis|Tennessee|381##
Portland|Oregon|972##
Las Vegas|Nevada|891##
Milwaukee|Wisconsin|532##
Albuquerque|New Mexico|871##
Atlanta|Georgia|303##
Kansas City|Missouri|641##
Minneapolis|Minnesota|554##
New Orleans|Louisiana|701##
Baltimore|Maryland|212##
Salt Lake City|Utah|841##
"""
_SPAIN = """
Madrid|Madrid|280##
Barcelona|Cataluña|080##
Valencia|Comunidad Valenciana|460##
Sevilla|Andalucía|410##
Zaragoza|Aragón|500##
Málaga|Andalucía|290##
Murcia|Murcia|300##
Palma|Illes Balears|070##
Bilbao|País Vasco|480##
Alicante|Comunidad Valenciana|030##
Córdoba|Andalucía|140##
Valladolid|Castilla y León|470##
Granada|Andalucía|180##
Pamplona|Navarra|310##
Santander|Cantabria|390##
"""
_ITALY = """
Roma|Lazio|001##
Milano|Lombardia|201##
Napoli|Campania|801##
Torino|Piemonte|101##
Palermo|Sicilia|901##
Genova|Liguria|161##
Bologna|Emilia-Romagna|401##
Firenze|Toscana|501##
Bari|Puglia|701##
Catania|Sicilia|951##
Venezia|Veneto|301##
Verona|Veneto|371##
Trieste|Friuli-Venezia Giulia|341##
Perugia|Umbria|061##
Cagliari|Sardegna|091##
"""
_NETHERLANDS = """
Amsterdam|Noord-Holland|101# @@
Rotterdam|Zuid-Holland|301# @@
Den Haag|Zuid-Holland|251# @@
Utrecht|Utrecht|351# @@
Eindhoven|Noord-Brabant|561# @@
Groningen|Groningen|971# @@
Tilburg|Noord-Brabant|501# @@
Almere|Flevoland|131# @@
Breda|Noord-Brabant|481# @@
Nijmegen|Gelderland|651# @@
Arnhem|Gelderland|681# @@
Haarlem|Noord-Holland|201# @@
Maastricht|Limburg|621# @@
Zwolle|Overijssel|801# @@
"""
_POLAND = """
Warszawa|mazowieckie|00-0##
Kraków|małopolskie|30-0##
Łódź|łódzkie|90-0##
Wrocław|dolnośląskie|50-0##
Poznań|wielkopolskie|60-1##
Gdańsk|pomorskie|80-1##
Szczecin|zachodniopomorskie|70-1##
Bydgoszcz|kujawsko-pomorskie|85-0##
Lublin|lubelskie|20-1##
Katowice|śląskie|40-0##
Białystok|podlaskie|15-0##
Rzeszów|podkarpackie|35-0##
"""
_SWEDEN = """
Stockholm|Stockholms län|111 ##
Göteborg|Västra Götalands län|411 ##
Malmö|Skåne län|211 ##
Uppsala|Uppsala län|753 ##
Västerås|Västmanlands län|722 ##
Örebro|Örebro län|702 ##
Linköping|Östergötlands län|582 ##
Helsingborg|Skåne län|252 ##
Umeå|Västerbottens län|903 ##
Luleå|Norrbottens län|972 ##
"""
_CANADA = """
Toronto|Ontario|M5V #A#
Ottawa|Ontario|K1P #B#
Montréal|Québec|H3B #C#
Québec|Québec|G1R #E#
Vancouver|British Columbia|V6B #G#
Victoria|British Columbia|V8W #H#
Calgary|Alberta|T2P #J#
Edmonton|Alberta|T5J #K#
Winnipeg|Manitoba|R3C #L#
Halifax|Nova Scotia|B3J #M#
Regina|Saskatchewan|S4P #N#
"""
_AUSTRALIA = """
Sydney|New South Wales|20##
Newcastle|New South Wales|230#
Melbourne|Victoria|300#
Geelong|Victoria|322#
Brisbane|Queensland|400#
Cairns|Queensland|487#
Perth|Western Australia|600#
Adelaide|South Australia|500#
Hobart|Tasmania|700#
Darwin|Northern Territory|080#
Canberra|Australian Capital Territory|260#
"""

COUNTRIES: Mapping[str, Country] = MappingProxyType({
    country.code: country
    for country in (
        _country("DE", "Germany", "de_DE", _GERMANY),
        _country("FR", "France", "fr_FR", _FRANCE, number_first=True),
        _country("GB", "United Kingdom", "en_GB", _BRITAIN, number_first=True),
        _country("JP", "Japan", "ja_JP", _JAPAN),
        _country("US", "United States", "en_US", _AMERICA, number_first=True),
        _country("ES", "Spain", "es_ES", _SPAIN),
        _country("IT", "Italy", "it_IT", _ITALY),
        _country("NL", "Netherlands", "nl_NL", _NETHERLANDS),
        _country("PL", "Poland", "pl_PL", _POLAND),
        _country("SE", "Sweden", "sv_SE", _SWEDEN),
        _country("CA", "Canada", "en_CA", _CANADA, number_first=True),
        _country("AU", "Australia", "en_AU", _AUSTRALIA, number_first=True),
    )
})  # fmt: skip
"""Countries with places of their own, by code. For every other one city and postcode only have their country's form."""
